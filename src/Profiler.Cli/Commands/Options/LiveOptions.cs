using System.CommandLine;
using Profiler.Bpf.Plan;
using Profiler.Host.Live;

namespace Profiler.Cli.Commands.Options;

/// <summary>How to capture: the options that all live verbs share.</summary>
internal static class LiveOptions
{
    private static readonly Option<AttachChoice> AttachOption = new("--attach")
    {
        Description = "how probes are attached; auto takes the cheapest that gives the same answer",
        DefaultValueFactory = _ => AttachChoice.Auto,
    };

    private static readonly Option<LockProbeChoice> LockProbeOption = new("--lock-probe")
    {
        Description = "where lock waits are seen: mutex_lock itself, its slow path, or the contention tracepoints",
        DefaultValueFactory = _ => LockProbeChoice.Auto,
    };

    private static readonly Option<uint> BufferOption = new("--buffer")
    {
        Description = "size of the ring buffer in KiB, a power of two",
        DefaultValueFactory = _ => 1024,
    };

    private static readonly Option<TimeSpan> StacksOption = new("--stacks")
    {
        Description = "keep the kernel stack of releases, resets and lock waits that take as long; 0 for none",
        HelpName = "DURATION",
        CustomParser = result => DurationArgument.ParseOrZero(result) ?? TimeSpan.Zero,
        DefaultValueFactory = _ => TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Only of those that show it: it is on while they run, and costs every BPF program on the machine.</summary>
    public static readonly Option<bool> BpfStatsOption = new("--bpf-stats")
    {
        Description = "have the kernel count the runs and the time of BPF programs; slows all of them down a little",
    };

    static LiveOptions() => BufferOption.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && (!uint.TryParse(token.Value, out uint kib) || !uint.IsPow2(kib) || kib is < 4 or > 1 << 20))
            result.AddError("--buffer takes a power of two from 4 to 1048576 (KiB)");
    });

    /// <summary>Adds the options to a verb.</summary>
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
