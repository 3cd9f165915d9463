using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Spans;
using Profiler.Core.Wire;

namespace Profiler.Tests.Support;

/// <summary>Runs events through the whole pipeline and returns the result.</summary>
public static class Played
{
    /// <summary>The activities, in the order of their end.</summary>
    /// <param name="events">The events.</param>
    /// <param name="spans">Takes them; default: a new one.</param>
    public static List<Activity> Activities(IEnumerable<WireEvent> events, SpanAssembler? spans = null)
    {
        spans ??= new SpanAssembler();
        return [.. events.Select(e => spans.Take(in e)).OfType<Activity>()];
    }

    /// <summary>The shutdowns, in the order of their end.</summary>
    /// <param name="events">In the format of <see cref="EventText"/>.</param>
    /// <param name="watched">The parts of a process exit that are captured; default: all.</param>
    /// <param name="attachedNs">Time when all probes were attached, CLOCK_MONOTONIC nanoseconds.</param>
    /// <param name="present">Processes that used devices when the capture began.</param>
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

    /// <summary>The starts, in the order of their end.</summary>
    /// <inheritdoc cref="Shutdowns"/>
    public static List<Start> Starts(string events, long attachedNs = 0, params ReadOnlySpan<ProcessAtStart> present)
    {
        var done = new List<Start>();
        using var pipeline = new Pipeline(Observable.Return(EventText.Records(events)), EndsWatched.All, attachedNs);
        foreach (ProcessAtStart process in present)
            pipeline.AddAtStart(process);
        pipeline.Starts.Subscribe(done.Add);
        pipeline.Connect();
        return done;
    }

    /// <summary>The same, event by event, with clock ticks between events.</summary>
    /// <param name="events">In the format of <see cref="EventText"/>.</param>
    /// <param name="tick">Interval of the clock ticks.</param>
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
