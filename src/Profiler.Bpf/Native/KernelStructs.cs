using System.Runtime.InteropServices;

namespace Profiler.Bpf.Native;

/// <summary>
/// The start of <c>struct bpf_prog_info</c> (include/uapi/linux/bpf.h), up to the last field used here. An older kernel fills in
/// fewer fields and returns a smaller length.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 220)]
internal struct BpfProgInfo
{
    [FieldOffset(192)] public ulong run_time_ns;
    [FieldOffset(200)] public ulong run_cnt;

    /// <summary>
    /// Runs skipped because the program was already running on this CPU (9ed9e9ba2337 "bpf: Count the number of times recursion
    /// was prevented", 5.12).
    /// </summary>
    [FieldOffset(208)] public ulong recursion_misses;

    /// <summary>
    /// Instructions that the verifier looked at, on all paths (aba64c7da983 "bpf: Add verified_insns to bpf_prog_info and fdinfo", 5.16).
    /// </summary>
    [FieldOffset(216)] public uint verified_insns;
}

/// <summary>
/// The start of <c>struct bpf_link_info</c> of a perf event link on a kprobe (1b715e1b0ec5 "bpf: Support ->fill_link_info for
/// perf_event", 6.6; <c>missed</c>: 3acf8ace6823 "bpf: Add missed value to kprobe perf link info", 6.7).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct BpfKprobeLinkInfo
{
    /// <summary>A value of <see cref="type"/>.</summary>
    public const uint BPF_LINK_TYPE_PERF_EVENT = 7;

    /// <summary>Values of <see cref="perf_event_type"/>.</summary>
    public const uint BPF_PERF_EVENT_KPROBE = 3, BPF_PERF_EVENT_KRETPROBE = 4;

    [FieldOffset(0)] public uint type;
    [FieldOffset(16)] public uint perf_event_type;

    /// <summary>A kernel that does not fill in this field does not count: the value is unknown, not 0.</summary>
    [FieldOffset(48)] public ulong missed;
}

/// <summary>The start of <c>struct bpf_map_info</c> (include/uapi/linux/bpf.h), up to the last field used here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 20)]
internal struct BpfMapInfo
{
    /// <summary>A value of <see cref="type"/> (457f44363a88 "bpf: Implement BPF ring buffer and verifier support for it", 5.8).</summary>
    public const uint BPF_MAP_TYPE_RINGBUF = 27;

    [FieldOffset(0)] public uint type;

    /// <summary>Of a ring buffer: its size, bytes.</summary>
    [FieldOffset(16)] public uint max_entries;
}

/// <summary><c>struct bpf_test_run_opts</c> (libbpf's bpf.h): options for running a program once.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfTestRunOptions
{
    public nuint sz;
    public void* data_in;
    public void* data_out;
    public uint data_size_in;
    public uint data_size_out;
    public void* ctx_in;
    public void* ctx_out;
    public uint ctx_size_in;
    public uint ctx_size_out;
    public uint retval;
    public int repeat;
    public uint duration;
    public uint flags;
    public uint cpu;
    public uint batch_size;
}

/// <summary>The start of <c>struct bpf_object_open_opts</c> (libbpf's libbpf.h), up to the last field used here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct BpfObjectOpenOptions
{
    [FieldOffset(0)] public nuint sz;

    /// <summary>Path of the type information by which the programs are adapted to the kernel, instead of the kernel's own.</summary>
    [FieldOffset(48)] public byte* btf_custom_path;
}
