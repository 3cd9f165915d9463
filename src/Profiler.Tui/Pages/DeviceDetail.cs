using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Names;
using Profiler.Core.Spans;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>A device: identity, current operation, past releases, devices that share a lock with it.</summary>
/// <param name="Device">Device address.</param>
internal sealed record DeviceDetail(string Device) : Detail
{
    private const int MaxReleases = 32;

    public override IReadOnlyList<Section> Sections(Scene scene, int width) => [Section.Of([.. Build(scene.State, width)])];

    private IEnumerable<Line> Build(ProfileState state, int width)
    {
        DeviceIdentity? known = state.Devices.GetValueOrDefault(Device);
        yield return Line.Of(known is null ? Device : $"{Device}  {DeviceNames.Of(known)}", Style.Strong);
        if (state.Snapshot.Operations.FirstOrDefault(o => o.Device == Device) is { } o)
            yield return Line.Of($"now: {o.Kind.Doing()} by {ProcessNames.Of(o.Task, state.VmNames)} " +
                $"for {FlightHead.Rough(Math.Max(0, state.NowNs - o.StartNs))}{Doing(o)}", Style.Warning);
        if (state.Snapshot.Devices.Rows.FirstOrDefault(d => d.Device == Device) is { } figures)
        {
            yield return Line.Of($"last used by {ProcessNames.Of(figures.User, state.VmNames)}, opened {Times(figures.Opens)}, released {Times(figures.Releases)}");
            if (figures.Releases > 0)
                yield return Line.Of($"release: last {Figures.Text(figures.LastNs)}, mean {Figures.Text(figures.MeanNs)}, max {Figures.Text(figures.MaxNs)}" +
                    (figures.Method is { } method ? $", reset by {method.Name()}" : ""));
            if (figures.Lock != 0)
                yield return Line.Of($"dev_set lock 0x{figures.Lock:x16}");
        }
        if (known is not null)
        {
            foreach (Line line in Line.Wrap($"driver {known.Driver ?? "none"}, IOMMU group {known.IommuGroup?.ToString() ?? "none"}, reset methods " +
                $"{(known.ResetMethods is { Count: > 0 } methods ? string.Join(", ", methods) : "none known")}", width))
                yield return line;
            foreach (Line line in Line.Wrap(
                // Whether virtual functions share it depends on the kernel.
                (known.PhysicalFunction is { } physical ? $"virtual function of {physical}, may share its dev_set with " : "shares its dev_set with ") +
                $"{(known.DevSetMates.Count == 0 ? "no device" : string.Join(", ", known.DevSetMates))}", width, others: "  "))
                yield return line;
        }
        foreach (Line line in Releases(state))
            yield return line;
    }

    private IEnumerable<Line> Releases(ProfileState state)
    {
        yield return Line.Empty;
        yield return Line.Of("RECENT RELEASES", Style.Strong);
        var releases = state.Snapshot.Recent.SelectMany(s => s.Releases.Where(r => r.Device == Device).Select(r => (Shutdown: s, Release: r)))
            .Take(MaxReleases).ToList();
        if (releases.Count == 0)
            yield return Line.Of("none in a shutdown that is over", Style.Faint);
        foreach ((Shutdown s, Operation r) in releases)
        {
            yield return new Line(
                new StyledText($"{Figures.Text(r.Time.DurationNs),9}  ", Style.Strong),
                new StyledText($"{ProcessNames.Of(s.Task, state.VmNames)}, {s.Trigger.Name()}", Style.Plain),
                new StyledText(r.LongestReset is not { } reset ? ", not reset" : $", {reset.Method.Name()} reset {Figures.Text(r.ResetNs)}" +
                    (!reset.FailedBefore.IsEmpty ? $" ({ResetChainText.Of(reset.Attempts)})" : ""), Style.Reset),
                new StyledText(r.LockWaits.IsEmpty ? "" : $", waited {Figures.Text(r.LockWaitNs)}", Style.Waiting));
        }
    }

    private static string Times(long count) => count == 1 ? "once" : $"{count} times";

    private static string Doing(OperationInFlight o) => o.State switch
    {
        OperationState.WaitingForLock => ", waiting for a lock" + (o.HolderDevice is null ? "" : $" held for {o.HolderDevice}"),
        OperationState.Resetting => ", in reset" +
            (o.FailedAttempts.IsEmpty ? "" : $": {ResetChainText.Of(o.FailedAttempts)}, then {(o.Method == ResetMethod.Unknown ? "another method" : o.Method.Name())}"),
        _ => "",
    };
}
