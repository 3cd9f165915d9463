using System.Globalization;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Tui;

/// <summary>Selects parts of the state: by the command line and by the typed filter.</summary>
internal readonly struct Filter(ProfileState state, ViewState view)
{
    private readonly int? _pid = int.TryParse(view.Filter, CultureInfo.InvariantCulture, out int pid) ? pid : null;

    /// <summary>True if everything matches.</summary>
    public bool IsNone => view.Filter.Length == 0 && view.Only.Device is null;

    /// <summary>True if a process matches.</summary>
    public bool Wants(TaskId process) =>
        view.Only.WantsProcess(process.Tgid, state.VmNames.GetValueOrDefault(process.Tgid)) && view.Only.Device is null && Names(process);

    /// <summary>True if a device matches, with its current or former process.</summary>
    public bool Wants(TaskId process, string device) =>
        view.Only.WantsProcess(process.Tgid, state.VmNames.GetValueOrDefault(process.Tgid)) && view.Only.WantsDevice(device) &&
        (Names(process) || Names(device));

    /// <summary>True if a device matches, with any process.</summary>
    public bool Wants(string device) => view.Only.WantsDevice(device) && Names(device);

    /// <summary>True if one of the devices of a shutdown matches, or its process if no devices are known.</summary>
    public bool Wants(ShutdownInFlight shutdown)
    {
        if (shutdown.Devices == 0)
            return Wants(shutdown.Task);
        foreach (OperationInFlight release in shutdown.Releasing)
        {
            if (Wants(shutdown.Task, release.Device))
                return true;
        }
        foreach (string held in shutdown.Held)
        {
            if (Wants(shutdown.Task, held))
                return true;
        }
        return WantsReleases(shutdown.SoFar);
    }

    /// <summary>The same for an ended shutdown.</summary>
    public bool Wants(Shutdown shutdown) => shutdown.Releases.IsEmpty ? Wants(shutdown.Task) : WantsReleases(shutdown);

    /// <summary>The same for a start, in progress or ended.</summary>
    public bool Wants(Start start)
    {
        if (start.Opens.IsEmpty && start.UnderWay.IsEmpty)
            return Wants(start.Task);
        foreach (OperationInFlight open in start.UnderWay)
        {
            if (Wants(start.Task, open.Device))
                return true;
        }
        foreach (Operation open in start.Opens)
        {
            if (Wants(start.Task, open.Device))
                return true;
        }
        return false;
    }

    private bool WantsReleases(Shutdown shutdown)
    {
        foreach (Operation release in shutdown.Releases)
        {
            if (Wants(shutdown.Task, release.Device))
                return true;
        }
        return false;
    }

    private bool Names(TaskId process) => view.Filter.Length == 0 || Has(process.Comm) ||
        (state.VmNames.TryGetValue(process.Tgid, out string? vm) && Has(vm)) ||
        process.Tgid == _pid;

    private bool Names(string device) => view.Filter.Length == 0 || Has(device) ||
        (state.Devices.TryGetValue(device, out DeviceIdentity? identity) && (Has(identity.Vendor) || Has(identity.Device)));

    private bool Has(string? text) => text?.Contains(view.Filter, StringComparison.OrdinalIgnoreCase) ?? false;
}
