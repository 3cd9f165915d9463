using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Runtime.InteropServices;
using Profiler.Core.Capture;
using Profiler.Core.Protobuf;
using Profiler.Core.Statistics;
using Profiler.Core.Wire;
using Profiler.Host;
using Profiler.Host.Pci;
using Profiler.Host.Processes;
using Profiler.Host.Tests.Identity;
using Profiler.Metrics;
using Profiler.Metrics.Formats;
using Profiler.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>
/// Does <c>serve</c> grow with its uptime? The same day again and again, in virtual time: 300 machines with 8 devices
/// each come and go under 300 names, 1,500 other processes get signals, one event of a thousand is lost, and 12 times a
/// day somebody scrapes. No process id comes twice.
/// </summary>
internal static class UptimeBench
{
    private const int Machines = 300, Devices = 8, Others = 5, ScrapesADay = 12, LostOf = 1000;
    private static readonly int[] Days = [1, 10, 100];
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static IEnumerable<Line> Lines()
    {
        using var host = new Host();
        var seen = new List<(int Days, long Heap, long Scrape)>();
        for (int day = 1; day <= Days[^1]; day++)
        {
            long scrape = host.Live();
            if (Days.Contains(day))
                seen.Add((day, LiveHeap(), scrape));
        }
        GC.KeepAlive(host);
        (_, long heap, long bytes) = seen[^1];
        foreach ((int days, long heapThen, long bytesThen) in seen)
        {
            yield return new Line(
                Line.Text($"uptime, {days} {(days == 1 ? "day" : "days")} of events"), "flat",
                $"{Line.Bytes(heapThen)} live, {Line.Bytes(bytesThen)} allocated a scrape",
                days == Days[^1] ? "-" : Line.Text($"after {Days[^1]} days {heap / (double)heapThen:0.00} x, {bytes / (double)bytesThen:0.00} x"));
        }
    }

    private static long LiveHeap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>A host, from its events and processes to its metrics.</summary>
    private sealed class Host : IDisposable
    {
        private readonly Clock _clock = new();
        private readonly HandedEvents _source = new();
        private readonly FakeProc _proc = new();
        private readonly Profile _profile;
        private readonly MetricsSource _metrics;
        private readonly List<WireEvent> _events = [];
        private uint _pid = 1000;
        private long _event;

        public Host()
        {
            var identities = new HostIdentities(new ProcFs(_proc.Root), new DeviceIdentities(new PciSysfs(_proc.Root), new PciIds()));
            _source.Facts = identities.Facts;
            _metrics = new MetricsSource(new StatisticsLimits(1024, 256), _clock, "1.2.3");
            _profile = new Profile(_source, _clock, _metrics.SinkOf, _ => _metrics.Histograms);
            // At once, not on a thread of its own: here nobody is left out because they come too fast.
            _profile.Activities.Where(HostIdentities.Concerns).Subscribe(identities.Learn);
            _profile.Shutdowns.Where(s => !s.Unreleased.IsEmpty).Subscribe(identities.Learn);
            _profile.Start();
        }

        /// <summary>Lives a day.</summary>
        /// <returns>What the last scrape of it allocated, bytes.</returns>
        public long Live()
        {
            long allocated = 0;
            for (int machine = 0; machine < Machines; machine++)
            {
                _proc.Add((int)_pid, ["/usr/bin/qemu-system-x86_64", "-name", $"guest=web-{machine}"]);
                _events.Clear();
                long next = _source.NowNs + (long)(Day / Machines).TotalNanoseconds;
                _source.NowNs = (long)VmLife.Append(_events, _pid, machine % 128 * Devices, Devices, (ulong)_source.NowNs);
                for (uint other = 1; other <= Others; other++)
                    _events.Add(Signal(_pid + 1 + other));
                _events.RemoveAll(_ => ++_event % LostOf == 0);
                foreach (WireEvent[] batch in _events.Chunk(64))
                    _source.Hand(MemoryMarshal.AsBytes(batch.AsSpan()).ToArray());
                _proc.Remove((int)_pid);
                _pid += 2 + Others + 1;
                _source.NowNs = next;
                _clock.Advance(Day / Machines);
                if (machine % (Machines / ScrapesADay) == 0)
                    allocated = Scrape();
            }
            return allocated;
        }

        public void Dispose()
        {
            _profile.Dispose();
            _proc.Dispose();
        }

        private long Scrape()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            using var buffer = new PooledBuffer();
            _metrics.Write(Negotiation.Text, buffer);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        private WireEvent Signal(uint pid) => new()
        {
            Kind = EventKind.Signal,
            TimeNs = (ulong)_source.NowNs,
            Tid = 1,
            Tgid = 1,
            Value = 15,
            Stack = WireEvent.NoStack,
            Peer = new WirePeer { Tid = pid, Tgid = pid, Comm = Name16.From("sleep") },
        };
    }

    /// <summary>Time that goes on when it is told to.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<Action> _timers = [];
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Advance(TimeSpan by)
        {
            _now += by;
            _timers.ForEach(tick => tick());
        }
    }
}
