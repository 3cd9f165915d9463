using System.Diagnostics;
using System.Runtime.InteropServices;
using Profiler.Bpf.Ring;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Benchmarks;

/// <summary>
/// A full ring buffer of the running kernel, read over and over: its reader's position is set back each time. Beside it,
/// libbpf's own loop over the same records, which calls the C library's memcpy for each.
/// </summary>
internal static unsafe class RingBench
{
    private const int Bytes = 1 << 20, Rounds = 401; // the median is of compiled code

    private static long _received;

    public static IEnumerable<Line> Lines()
    {
        using var ring = KernelRing.Create(Bytes);
        int count = ring.Fill(Events());
        double ours = 0, theirs = 0;
        string? reason = count == 0 ? "this kernel lets us load no program" : null;
        if (reason is null)
            (ours, theirs) = Measure(ring, count);
        yield return new Line(
            $"ring buffer, {count:#,0} events of {WireEvent.Size} B", ">= 1.0 x libbpf's",
            reason is null ? Line.Text($"{1e3 / ours:0.0} million events/s, {ours:0.0} ns each") : "-",
            reason ?? Line.Text($"libbpf's C loop {theirs:0.0} ns each; {theirs / ours:0.00} x its speed"));
    }

    private static ReadOnlySpan<WireEvent> Events()
    {
        var events = new List<WireEvent>();
        ulong now = 1_000_000_000;
        for (uint pid = 1000; events.Count * WireEvent.Size < Bytes; pid += 2)
            now = VmLife.Append(events, pid, (int)(pid / 2 % 64 * 16), 16, now);
        return CollectionsMarshal.AsSpan(events);
    }

    // In turn, so that what else the machine does meets both.
    private static (double Ours, double Theirs) Measure(KernelRing kernel, int count)
    {
        using var reader = new RingBufferReader(RingMapping.Of(kernel.Fd), kernel.Fd, Stopwatch.GetTimestamp);
        using IDisposable subscription = reader.Records.Subscribe(batch => _received += batch.Length);
        using var libbpf = new LibBpfLoop(kernel.Fd);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(Time(kernel, count, () =>
            {
                _received = 0;
                reader.Poll(TimeSpan.Zero);
                return (int)(_received / WireEvent.Size);
            }));
            theirs.Add(Time(kernel, count, libbpf.Read));
        }
        return (Median(ours), Median(theirs));
    }

    private static double Time(KernelRing kernel, int count, Func<int> read)
    {
        const int Times = 20;
        double ns = 0;
        for (int i = 0; i < Times; i++)
        {
            kernel.Rewind();
            long start = Stopwatch.GetTimestamp();
            int received = read();
            ns += Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            if (received != count)
                throw new InvalidOperationException($"{received} of {count} events were read");
        }
        return ns / Times / count;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
