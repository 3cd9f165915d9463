using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Metrics.Otlp.Messages;

namespace Profiler.Metrics.Otlp.Lives;

/// <summary>
/// Attributes of a process and of a device. They are of spans and records, not of the resource: that is vfioscope, whose own pod a collector
/// may add.
/// </summary>
internal static class ProcessAttributes
{
    /// <param name="to">Receives them.</param>
    /// <param name="facts">Names.</param>
    /// <param name="pid">The process.</param>
    /// <param name="comm">Its name.</param>
    public static void Add(AttributeList to, HostFacts facts, int pid, string? comm)
    {
        to.Add(TelemetryAttributes.Pid, pid);
        to.Add(TelemetryAttributes.Executable, comm);
        if (!facts.VmNames.TryGetValue(pid, out string? vm))
            return;
        to.Add(TelemetryAttributes.Vm, vm);
        // Of a name that several have, the one learned last may be another process.
        if (facts.Vms.TryGetValue(vm, out ProcessIdentity? identity) && identity.Tgid == pid)
        {
            to.Add(TelemetryAttributes.Namespace, identity.Namespace);
            to.Add(TelemetryAttributes.Pod, identity.Pod);
        }
    }

    /// <param name="to">Receives them.</param>
    /// <param name="facts">Names.</param>
    /// <param name="bdf">The device.</param>
    public static void AddDevice(AttributeList to, HostFacts facts, string bdf)
    {
        to.Add(TelemetryAttributes.HardwareId, bdf);
        if (!facts.Devices.TryGetValue(bdf, out DeviceIdentity? device))
            return;
        to.Add(TelemetryAttributes.HardwareName, DeviceNames.Of(device));
        to.Add(TelemetryAttributes.HardwareType, TypeOf(device.Class));
    }

    // Base classes of the PCI Code and ID Assignment Specification, as far as the convention has a name for them.
    private static string? TypeOf(string pciClass) => pciClass.Length < 2 ? null : pciClass[..2] switch
    {
        "01" => "disk_controller",
        "02" => "network",
        "03" => "gpu",
        _ => null,
    };
}
