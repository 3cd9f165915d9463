using Profiler.Cli.Release.Vfio;
using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Release;

/// <summary>Opens, holds, lets go and tells, as often as wanted.</summary>
/// <param name="Mode">How to let go.</param>
/// <param name="Repeat">How often, 1 or more.</param>
/// <param name="Hold">Whether to wait for Enter or a signal before letting go.</param>
/// <param name="Dma">What each process that holds devices maps for them.</param>
internal sealed record ReleaseRun(ReleaseMode Mode, int Repeat, bool Hold, DmaOptions Dma)
{
    /// <exception cref="UserException">The devices cannot be had.</exception>
    /// <exception cref="OperationCanceledException">A signal came while they were being opened.</exception>
    public void Execute(IReadOnlyList<VfioDevice> devices, TextWriter output)
    {
        PciAddress[] addresses = [.. devices.Select(device => device.Address)];
        using var signals = new StopSignals();
        if (Hold)
            EnterKey.Listen();
        // A signal ends the hold or the repeating, not the release under way.
        for (int round = 1; round <= Repeat && !signals.Token.IsCancellationRequested; round++)
        {
            using IHolding holding = Open(devices, signals.Token);
            if (Hold)
            {
                output.WriteLine(Announcement(devices.Count, holding.ProcessIds));
                EnterKey.Wait(signals.Token);
            }
            ReleaseTimes times = holding.LetGo();
            if (Repeat > 1)
                output.WriteLine($"{(round > 1 ? Environment.NewLine : "")}round {round} of {Repeat}");
            ReleaseTable.Write(output, Mode, addresses, times);
        }
    }

    /// <summary>What is said when the devices are open and nothing happens until somebody acts.</summary>
    internal static string Announcement(int devices, IReadOnlyList<int> processIds) =>
        $"holding {devices} {(devices == 1 ? "device" : "devices")}, {(processIds.Count == 1 ? "pid" : "pids")} " +
        $"{string.Join(' ', processIds)}: Enter, SIGINT or SIGTERM lets go";

    private IHolding Open(IReadOnlyList<VfioDevice> devices, CancellationToken stop) => Mode switch
    {
        ReleaseMode.Exit => WorkerHolding.OneForAll(devices, Dma, stop),
        ReleaseMode.Processes => WorkerHolding.OneForEach(devices, Dma, stop),
        _ => new OwnHolding(OpenDevices.Open(devices, Dma, stop), threads: Mode == ReleaseMode.Threads),
    };
}
