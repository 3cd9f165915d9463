using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Statistics;
using Profiler.Metrics.Table;

namespace Profiler.Metrics.Values;

/// <summary>Per-device and per-VM metrics, limited in number, and the findings about them.</summary>
internal static class HostMetrics
{
    private static readonly ImmutableArray<Phase> Phases = [.. Enum.GetValues<Phase>()];

    // Built once per device identity, and collected with it.
    private static readonly ConditionalWeakTable<DeviceIdentity, string> Models = [];

    public static void Write(MetricsFormat to, MetricsState state)
    {
        Vms(to, state.Statistics.Vms);
        Devices(to, state.Statistics.Devices, state.Profile.Devices);
        foreach (ReleaseInFlight r in state.Releasing)
            to.Time(MetricTable.DeviceReleaseStart, r.Start, r.Device, r.Vm);
        if (state.Statistics.LibvirtFailureDevices is { } failure)
            to.Sample(MetricTable.LibvirtFailureDevices, failure);
        foreach (FindingCount f in state.Statistics.Findings)
            to.Sample(MetricTable.Findings, f.Count, f.Id);
        foreach (FindingCount f in state.Statistics.Findings)
            to.Seconds(MetricTable.FindingSeconds, f.CostNs, f.Id);
        foreach (DeviceFinding f in state.Statistics.DeviceFindings)
            to.Sample(MetricTable.DeviceFindings, f.Count, f.Finding, f.Device, f.Vm);
        foreach (DeviceFinding f in state.Statistics.DeviceFindings)
            to.Time(MetricTable.DeviceLastFindingTimestamp, f.Last, f.Finding, f.Device, f.Vm);
    }

    private static void Vms(MetricsFormat to, ImmutableArray<KeyValuePair<string, LastShutdown>> vms)
    {
        foreach ((string vm, LastShutdown last) in vms)
            to.Seconds(MetricTable.LastShutdown, last.WallNs, vm);
        foreach ((string vm, LastShutdown last) in vms)
            to.Sample(MetricTable.LastShutdownDevices, last.Devices, vm);
        foreach ((string vm, LastShutdown last) in vms)
            to.Time(MetricTable.LastShutdownTimestamp, last.End, vm);
        foreach ((string vm, LastShutdown last) in vms)
        {
            foreach (Phase phase in Phases)
                to.Seconds(MetricTable.LastShutdownPhase, last.Phases[phase], vm, phase.Name());
        }
    }

    private static void Devices(
        MetricsFormat to, ImmutableArray<DeviceSnapshot> devices, IReadOnlyDictionary<string, DeviceIdentity> identities)
    {
        string[] models = new string[devices.Length];
        var means = new SortedDictionary<string, (long Ns, long Releases)>(StringComparer.Ordinal);
        for (int i = 0; i < devices.Length; i++)
        {
            DeviceSnapshot d = devices[i];
            models[i] = ModelOf(d.Device, identities);
            (long ns, long releases) = means.GetValueOrDefault(models[i]);
            means[models[i]] = (ns + d.ReleaseNs, releases + d.Releases);
        }
        for (int i = 0; i < devices.Length; i++)
            to.Seconds(MetricTable.DeviceLastRelease, devices[i].LastNs, devices[i].Device, models[i], devices[i].Vm);
        for (int i = 0; i < devices.Length; i++)
            to.Time(MetricTable.DeviceLastReleaseTimestamp, devices[i].LastEnd, devices[i].Device, models[i], devices[i].Vm);
        for (int i = 0; i < devices.Length; i++)
            to.Sample(MetricTable.DeviceReleases, devices[i].Releases, devices[i].Device, models[i], devices[i].Vm);
        for (int i = 0; i < devices.Length; i++)
            to.Seconds(MetricTable.DeviceReleaseSeconds, devices[i].ReleaseNs, devices[i].Device, models[i], devices[i].Vm);
        foreach ((string model, (long ns, long releases)) in means)
            to.Seconds(MetricTable.SecondsPerDevice, ns / releases, model);
    }

    // "NVIDIA Corporation GA100 [A100 SXM4 40GB]", else "10de:20b0", else unknown.
    private static string ModelOf(string bdf, IReadOnlyDictionary<string, DeviceIdentity> identities) =>
        bdf == HostStatistics.Other ? HostStatistics.Other
        : identities.TryGetValue(bdf, out DeviceIdentity? identity) ? Models.GetValue(identity, NameOf)
        : "unknown";

    private static string NameOf(DeviceIdentity device) => device is { Vendor: { } vendor, Device: { } name }
        ? $"{vendor} {name}"
        : $"{device.VendorId}:{device.DeviceId}";
}
