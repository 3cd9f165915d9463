using System.CommandLine;
using Profiler.Bpf.Plan;
using Profiler.Host.Live;

namespace Profiler.Cli.Commands.Options;

/// <summary>How to capture: the options that all live commands share.</summary>
internal static class LiveOptions
{
    private const uint MinBufferKib = 4, MaxBufferKib = 1 << 20;

    private static readonly Option<AttachChoice> AttachOption = OptionValues.OneOf<AttachChoice>(
        "--attach", "how to attach probes; auto takes the cheapest way that gives the same answer", AttachChoice.Auto);

    private static readonly Option<LockProbeChoice> LockProbeOption = OptionValues.OneOf<LockProbeChoice>(
        "--lock-probe", "where to see lock waits: in mutex_lock, in its slow path, or at the contention tracepoints", LockProbeChoice.Auto);

    private static readonly Option<uint> BufferOption = new("--buffer")
    {
        Description = "size of the ring buffer in KiB, a power of two",
        HelpName = "KIB",
        DefaultValueFactory = _ => 1024,
        CustomParser = result =>
        {
            if (uint.TryParse(result.Tokens[0].Value, out uint kib) && uint.IsPow2(kib) && kib is >= MinBufferKib and <= MaxBufferKib)
                return kib;
            result.Expects($"a power of two from {MinBufferKib} to {MaxBufferKib} (KiB)");
            return MinBufferKib;
        },
    };

    private static readonly Option<TimeSpan> StacksOption = new("--stacks")
    {
        Description = "keep the kernel stack of releases, resets and lock waits that take at least this long; 0 for none",
        HelpName = "DURATION",
        CustomParser = result => DurationArgument.ParseOrZero(result) ?? TimeSpan.Zero,
        DefaultValueFactory = _ => TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Only for commands that show the result: counting costs every BPF program on the machine.</summary>
    public static readonly Option<bool> BpfStatsOption = new("--bpf-stats")
    {
        Description = "have the kernel count runs and time of BPF programs; slows all of them down a little",
    };

    /// <summary>Adds the options to a command.</summary>
    public static void AddTo(Command command)
    {
        command.Add(AttachOption);
        command.Add(LockProbeOption);
        command.Add(BufferOption);
        command.Add(StacksOption);
    }

    public static CaptureOptions From(ParseResult parsed) => new(
        parsed.GetValue(AttachOption), parsed.GetValue(LockProbeOption), parsed.GetValue(BufferOption) * 1024,
        parsed.GetValue(StacksOption), parsed.GetResult(BpfStatsOption) is not null && parsed.GetValue(BpfStatsOption));
}
