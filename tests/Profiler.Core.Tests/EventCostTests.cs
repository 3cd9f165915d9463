using System.Reactive.Subjects;
using System.Runtime.InteropServices;
using Profiler.Core.Facts;
using Profiler.Core.Lives;
using Profiler.Core.Statistics;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests;

/// <summary>
/// What an event leaves behind for the garbage collector does not depend on how many devices, waiters or lost ends there are. Bytes
/// are counted, time is not measured.
/// </summary>
public sealed class EventCostTests
{
    private const int Parts = 4;

    private delegate ulong Crowd(List<WireEvent> to, uint pid, int size, ulong startNs);

    /// <summary>Lives of VMs with 16 devices, through the pipeline: the activities, starts and shutdowns, which may be kept or heard of.</summary>
    [Fact]
    public void An_event_allocates_little_in_steady_state() => Assert.InRange(BytesEach(Vms, 16), 0, 64);

    /// <summary>Statistics, findings and exemplars change in place.</summary>
    [Fact]
    public void Statistics_allocate_next_to_nothing_in_steady_state() => Assert.InRange(BytesEach(Vms, 16, Statistics()), 0, 76);

    [Fact]
    public void An_event_allocates_no_more_among_many_devices() => AssertFlat(Crowds.Devices, 16, 1024);

    /// <summary>The waits have one log, and their holders are a part of it.</summary>
    [Fact]
    public void An_event_allocates_no_more_among_many_waiters() => AssertFlat(Crowds.Waiters, 16, 1024);

    [Fact]
    public void An_event_allocates_nothing_but_its_name_when_the_oldest_of_too_many_threads_is_evicted() =>
        Assert.InRange(BytesEach(Crowds.LostEnds, 40_000), 0, 210);

    private static void AssertFlat(Crowd crowd, int few, int many) =>
        Assert.InRange(BytesEach(crowd, many), 0, 1.5 * BytesEach(crowd, few));

    // From the second part on: tables have their size then.
    private static double BytesEach(Crowd crowd, int size, params ReadOnlySpan<ISink> sinks)
    {
        WireEvent[] events = [.. Events(crowd, size, Parts * 10_000)];
        using var records = new Subject<ReadOnlyMemory<byte>>();
        using var pipeline = new Pipeline(records, EndsWatched.All, 0, sinks);
        pipeline.Connect();
        ReadOnlyMemory<byte> bytes = MemoryMarshal.AsBytes(events.AsSpan()).ToArray();
        int part = events.Length / Parts * WireEvent.Size;
        records.OnNext(bytes[..part]);
        return Allocations.Least(i => records.OnNext(bytes.Slice((i + 1) * part, part)), Parts - 1) / (double)(part / WireEvent.Size);
    }

    private static List<WireEvent> Events(Crowd crowd, int size, int least)
    {
        var events = new List<WireEvent>();
        ulong now = 1_000_000_000;
        for (uint pid = 1000; events.Count < least; pid += (uint)size + 2)
            now = crowd(events, pid, size, now);
        return events;
    }

    private static HostStatistics Statistics() =>
        new(new StatisticsLimits(1024, 256), [1_000_000, 1_000_000_000], new HostFacts(), ns => DateTimeOffset.UnixEpoch.AddTicks(ns / 100), TimeProvider.System);

    private static ulong Vms(List<WireEvent> to, uint pid, int devices, ulong startNs) => VmLife.Append(to, pid, 0, devices, startNs);
}
