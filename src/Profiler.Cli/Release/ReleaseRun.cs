using Profiler.Cli.Release.Vfio;
using Profiler.Core;
using Profiler.Host.Pci;

namespace Profiler.Cli.Release;

/// <summary>Opens, holds and releases devices and writes the times, as often as wanted.</summary>
/// <param name="Mode">How to release; null if only the opening is of interest, as it is for a VM's start.</param>
/// <param name="Repeat">How often, 1 or more.</param>
/// <param name="Hold">Whether to wait for Enter or a signal before the release.</param>
/// <param name="Iommu">How each process that holds devices opens them, and what it maps for them.</param>
internal sealed record ReleaseRun(ReleaseMode? Mode, int Repeat, bool Hold, IommuOptions Iommu)
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
            if (Mode is { } mode)
            {
                using IHolding holding = Open(mode, devices, stop);
                WaitIfHeld(devices.Count, holding.ProcessIds, output, stop);
                ReleaseTimes times = holding.Release();
                Announce(round, output);
                ReleaseTable.Write(output, mode, addresses, times);
            }
            else
            {
                using OpenDevices opened = OpenDevices.Open(devices, Iommu, stop);
                Announce(round, output);
                ReleaseTable.Write(output, addresses, opened.Times);
                WaitIfHeld(devices.Count, [Environment.ProcessId], output, stop);
            }
        }
    }

    private void WaitIfHeld(int devices, IReadOnlyList<int> processIds, TextWriter output, CancellationToken stop)
    {
        if (!Hold)
            return;
        output.WriteLine(Announcement(devices, processIds, Environment.ProcessId));
        EnterKey.Wait(stop);
    }

    private void Announce(int round, TextWriter output)
    {
        if (Repeat > 1)
            output.WriteLine($"{(round > 1 ? Environment.NewLine : "")}round {round} of {Repeat}");
    }

    /// <summary>The line written when the devices are open and the process waits.</summary>
    /// <param name="processIds">Who holds the devices: this process or its workers.</param>
    /// <param name="processId">Who takes signals: this process, as its workers ignore them.</param>
    internal static string Announcement(int devices, IReadOnlyList<int> processIds, int processId) =>
        $"holding {devices} {(devices == 1 ? "device" : "devices")}, {(processIds.Count == 1 ? "pid" : "pids")} " +
        $"{string.Join(' ', processIds)}: press Enter, or send SIGINT or SIGTERM to pid {processId}, to release";

    private IHolding Open(ReleaseMode mode, IReadOnlyList<VfioDevice> devices, CancellationToken stop) => mode switch
    {
        ReleaseMode.Exit => WorkerHolding.OneForAll(devices, Iommu, stop),
        ReleaseMode.Processes => WorkerHolding.OneForEach(devices, Iommu, stop),
        _ => new OwnHolding(OpenDevices.Open(devices, Iommu, stop), threads: mode == ReleaseMode.Threads),
    };
}
