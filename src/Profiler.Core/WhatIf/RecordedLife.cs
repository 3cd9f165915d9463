using System.Collections.Immutable;
using Profiler.Core.Lives;
using Profiler.Core.Spans;

namespace Profiler.Core.WhatIf;

/// <summary>A shutdown or start, as it can be replayed.</summary>
internal sealed class RecordedLife
{
    private RecordedLife(Interval time, bool isWhole, bool isShutdown, IEnumerable<(Interval Time, int? Tid, Activity? Activity, Reset? Reset)> parts)
    {
        (Time, IsWhole, IsShutdown) = (time, isWhole, isShutdown);
        Items =
        [
            .. parts
                .Where(p => p.Time.StartNs < time.EndNs && p.Time.EndNs >= time.StartNs)
                .OrderBy(p => p.Time.StartNs).ThenBy(p => p.Time.EndNs)
                .Select((p, i) => new LifeItem(
                    i, new Interval(Math.Max(time.StartNs, p.Time.StartNs), Math.Min(time.EndNs, p.Time.EndNs)), p.Tid,
                    p.Activity as Operation, (p.Activity as Operation)?.Resets ?? (p.Reset is { } reset ? [reset] : []),
                    (p.Activity as StartPart)?.Mapping)),
        ];
    }

    public Interval Time { get; }

    /// <summary>It was seen from begin to end.</summary>
    public bool IsWhole { get; }

    public bool IsShutdown { get; }

    /// <summary>In the order of their begins.</summary>
    public ImmutableArray<LifeItem> Items { get; }

    public IEnumerable<LifeItem> Releases => Items.Where(i => i.IsRelease);

    public static RecordedLife Of(Shutdown s) => new(
        s.Time, s.IsWhole, true, [.. Of(s.Releases), .. Of(s.Opens), .. Of(s.UserResets), .. Of(s.OtherResets)]);

    public static RecordedLife Of(Start s) => new(
        s.Time, !s.BeganBefore && !s.Unfinished, false,
        [.. Of(s.Opens), .. Of(s.UserResets), .. Of(s.OtherResets), .. s.Parts.Select(p => (p.Time, (int?)p.Task.Tid, (Activity?)p, (Reset?)null))]);

    private static IEnumerable<(Interval, int?, Activity?, Reset?)> Of(ImmutableArray<Operation> operations) =>
        operations.Select(o => (o.Time, (int?)o.Task.Tid, (Activity?)o, (Reset?)null));

    private static IEnumerable<(Interval, int?, Activity?, Reset?)> Of(ImmutableArray<Reset> resets) =>
        resets.Select(r => (r.Time, (int?)null, (Activity?)null, (Reset?)r));
}
