using System.Collections.Immutable;
using System.Globalization;
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
    private static readonly ImmutableArray<StartPhase> StartPhases = [.. Enum.GetValues<StartPhase>()];

    // Built once per device identity, and collected with it.
    private static readonly ConditionalWeakTable<DeviceIdentity, DeviceLabels> Labels = [];

    // VMs of this scrape; used again, so that a scrape allocates nothing for them.
    [ThreadStatic]
    private static HashSet<string>? _told;

    public static void Write(MetricsFormat to, MetricsState state)
    {
        Vms(to, state.Statistics.Vms);
        Starts(to, state.Statistics);
        VmInfos(to, state);
        Devices(to, state.Statistics.Devices, state.Profile.Devices);
        foreach (ReleaseInFlight r in state.Releasing)
            to.Time(MetricTable.DeviceReleaseStart, r.Start, r.Device, r.Vm);
        if (state.Statistics.LibvirtFailureDevices is { } failure)
            to.Sample(MetricTable.LibvirtFailureDevices, failure);
        foreach ((string model, long ns) in state.Statistics.StopTimes.EachP99Ns)
            to.Seconds(MetricTable.ShutdownSlowDevice, ns, model);
        if (state.Statistics.StopTimes.RestNs is { } rest)
            to.Seconds(MetricTable.ShutdownRestLongest, rest);
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

    private static void Starts(MetricsFormat to, HostStatisticsSnapshot statistics)
    {
        foreach ((string vm, LastStart last) in statistics.Starts)
            to.Seconds(MetricTable.LastStart, last.WallNs, vm);
        foreach ((string vm, LastStart last) in statistics.Starts)
            to.Sample(MetricTable.LastStartDevices, last.Devices, vm);
        foreach ((string vm, LastStart last) in statistics.Starts)
            to.Time(MetricTable.LastStartTimestamp, last.End, vm);
        foreach ((string vm, LastStart last) in statistics.Starts)
        {
            foreach (StartPhase phase in StartPhases)
                to.Seconds(MetricTable.LastStartPhase, last.Phases[phase], vm, phase.Name());
        }
        to.Sample(MetricTable.DmaPinnedBytes, statistics.Mapped.PinnedBytes);
        to.Sample(MetricTable.DmaAllocatedBytes, statistics.Mapped.AllocatedBytes);
        to.Sample(MetricTable.DmaUnpinnedBytes, statistics.UnpinnedBytes);
    }

    private static void VmInfos(MetricsFormat to, MetricsState state)
    {
        HashSet<string> told = _told ??= [];
        foreach ((string vm, _) in state.Statistics.Vms)
            VmInfo(to, vm, state.Profile.Facts, told);
        foreach ((string vm, _) in state.Statistics.Starts)
            VmInfo(to, vm, state.Profile.Facts, told);
        foreach (DeviceSnapshot device in state.Statistics.Devices)
            VmInfo(to, device.Vm, state.Profile.Facts, told);
        told.Clear();
    }

    private static void VmInfo(MetricsFormat to, string vm, HostFacts facts, HashSet<string> told)
    {
        if (told.Add(vm) && facts.Vms.TryGetValue(vm, out ProcessIdentity? process))
            to.Sample(MetricTable.VmInfo, 1, vm, process.Manager ?? "", process.Namespace ?? "", process.Pod ?? "");
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
        {
            // They are sorted: those of one device, with several VMs, follow one another.
            bool again = i > 0 && devices[i].Device == devices[i - 1].Device;
            if (!again && identities.TryGetValue(devices[i].Device, out DeviceIdentity? device))
            {
                DeviceLabels labels = Labels.GetValue(device, DeviceLabels.Of);
                to.Sample(
                    MetricTable.DeviceInfo, 1, device.Bdf, labels.Model, labels.PciId, device.Driver ?? "", labels.Group, labels.ResetMethods);
            }
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

    private static string ModelOf(string bdf, IReadOnlyDictionary<string, DeviceIdentity> identities) =>
        bdf == HostStatistics.Other ? HostStatistics.Other
        : identities.TryGetValue(bdf, out DeviceIdentity? identity) ? Labels.GetValue(identity, DeviceLabels.Of).Model
        : StopTimes.Unknown;

    private sealed record DeviceLabels(string Model, string PciId, string Group, string ResetMethods)
    {
        public static DeviceLabels Of(DeviceIdentity device) => new(
            DeviceNames.Label(device), DeviceNames.Id(device), device.IommuGroup?.ToString(CultureInfo.InvariantCulture) ?? "",
            string.Join(' ', device.ResetMethods ?? []));
    }
}
