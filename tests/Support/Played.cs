using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>What events amount to when they have gone through the pipeline, from the first to the last.</summary>
public static class Played
{
    /// <summary>The shutdowns, in the order in which they ended.</summary>
    /// <param name="events">As <see cref="EventText"/> has them.</param>
    /// <param name="watched">What of the end of a process can be seen; all of it by default.</param>
    /// <param name="attachedNs">When all probes were in place, CLOCK_MONOTONIC.</param>
    /// <param name="present">Processes that had to do with devices when the capture began.</param>
    public static List<Shutdown> Shutdowns(
        string events, EndsWatched? watched = null, long attachedNs = 0, params ReadOnlySpan<ProcessAtStart> present)
    {
        var done = new List<Shutdown>();
        using var pipeline = new Pipeline(Observable.Return(EventText.Records(events)), watched ?? EndsWatched.All, attachedNs);
        foreach (ProcessAtStart process in present)
            pipeline.AddAtStart(process);
        pipeline.Shutdowns.Subscribe(done.Add);
        pipeline.Connect();
        return done;
    }

    /// <summary>The same event by event, with a clock that ticks in between.</summary>
    /// <param name="events">As <see cref="EventText"/> has them.</param>
    /// <param name="tick">How often it ticks.</param>
    public static List<Shutdown> Live(string events, TimeSpan tick)
    {
        var done = new List<Shutdown>();
        using var records = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(records, EndsWatched.All);
        pipeline.Shutdowns.Subscribe(done.Add);
        pipeline.Connect();
        long nowNs = 0, tickNs = (long)tick.TotalNanoseconds;
        foreach (WireEvent e in EventText.Parse(events))
        {
            for (; nowNs < (long)e.TimeNs; nowNs += tickNs)
                pipeline.Tick(nowNs);
            records.OnNext(MemoryMarshal.AsBytes<WireEvent>(new[] { e }).ToArray());
        }
        records.OnCompleted();
        return done;
    }
}
