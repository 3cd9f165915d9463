using Profiler.Bpf.Native;

namespace Profiler.Bpf.Tests.Native;

/// <summary>What is left of a verifier's log: the refusal, in one line.</summary>
public sealed class VerifierLogTests
{
    [Fact]
    public void The_refusal_is_kept_and_the_instruction_it_was_at() => Assert.Equal(
        "7: (61) r1 = *(u32 *)(r0 +0); R0 invalid mem access 'map_value_or_null'",
        VerifierLog.Summarize(
        [
            "libbpf: prog 'release_kprobe': BPF program load failed: Permission denied",
            """
            libbpf: prog 'release_kprobe': -- BEGIN PROG LOAD LOG --
            ; int BPF_KPROBE(release_kprobe)
            0: (bf) r6 = r1
            7: (61) r1 = *(u32 *)(r0 +0)
             R0=map_value_or_null(id=1,off=0,ks=4,vs=8,imm=0) R10=fp0
            R0 invalid mem access 'map_value_or_null'
            processed 8 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
            -- END PROG LOAD LOG --
            """,
            "libbpf: prog 'release_kprobe': failed to load: -13",
            "libbpf: failed to load object 'release'",
        ]));

    [Fact]
    public void Where_libbpf_itself_refused_its_words_are_what_there_is() => Assert.Equal(
        "libbpf: prog 'lock_fentry': failed to find kernel BTF type ID of 'mutex_lock': -3",
        VerifierLog.Summarize(["libbpf: prog 'lock_fentry': failed to find kernel BTF type ID of 'mutex_lock': -3", "libbpf: failed to load object 'lock'"]));

    [Fact]
    public void Of_what_is_too_long_the_end_is_kept()
    {
        string summary = VerifierLog.Summarize([new string('x', 500) + " the end"])!;
        Assert.Equal(VerifierLog.MaximumLength, summary.Length);
        Assert.EndsWith(" the end", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_said_is_nothing() => Assert.Null(VerifierLog.Summarize([]));
}
