using Profiler.Cli.Release.Vfio;
using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Release;

/// <summary>Opens, holds and releases devices and writes the times, as often as wanted.</summary>
/// <param name="Mode">How to release.</param>
/// <param name="Repeat">How often, 1 or more.</param>
/// <param name="Hold">Whether to wait for Enter or a signal before the release.</param>
/// <param name="Iommu">How each process that holds devices opens them, and what it maps for them.</param>
internal sealed record ReleaseRun(ReleaseMode Mode, int Repeat, bool Hold, IommuOptions Iommu)
{
    /// <param name="stop">Ends the hold and the repetition, but not a release under way.</param>
    /// <exception cref="UserException">The devices cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">Stopped while devices were being opened.</exception>
    public void Execute(IReadOnlyList<VfioDevice> devices, TextWriter output, CancellationToken stop)
    {
        PciAddress[] addresses = [.. devices.Select(device => device.Address)];
        if (Hold)
            EnterKey.Listen();
        for (int round = 1; round <= Repeat && !stop.IsCancellationRequested; round++)
        {
            using IHolding holding = Open(devices, stop);
            if (Hold)
            {
                output.WriteLine(Announcement(devices.Count, holding.ProcessIds, Environment.ProcessId));
                EnterKey.Wait(stop);
            }
            ReleaseTimes times = holding.Release();
            if (Repeat > 1)
                output.WriteLine($"{(round > 1 ? Environment.NewLine : "")}round {round} of {Repeat}");
            ReleaseTable.Write(output, Mode, addresses, times);
        }
    }

    /// <summary>The line written when the devices are open and the process waits.</summary>
    /// <param name="processIds">Who holds the devices: this process or its workers.</param>
    /// <param name="processId">Who takes signals: this process, as its workers ignore them.</param>
    internal static string Announcement(int devices, IReadOnlyList<int> processIds, int processId) =>
        $"holding {devices} {(devices == 1 ? "device" : "devices")}, {(processIds.Count == 1 ? "pid" : "pids")} " +
        $"{string.Join(' ', processIds)}: press Enter, or send SIGINT or SIGTERM to pid {processId}, to release";

    private IHolding Open(IReadOnlyList<VfioDevice> devices, CancellationToken stop) => Mode switch
    {
        ReleaseMode.Exit => WorkerHolding.OneForAll(devices, Iommu, stop),
        ReleaseMode.Processes => WorkerHolding.OneForEach(devices, Iommu, stop),
        _ => new OwnHolding(OpenDevices.Open(devices, Iommu, stop), threads: Mode == ReleaseMode.Threads),
    };
}
