using System.Globalization;
using System.Text.RegularExpressions;

namespace Profiler.Lab.Tests;

/// <summary>What the kernel's own tracer wrote, with the clock <c>mono</c>: that of the events.</summary>
/// <param name="text">The file <c>trace</c> of tracefs.</param>
public sealed partial class KernelTrace(string text)
{
    private readonly int[] _threads = [.. Line().Matches(text).Select(m => (int)Number(m.Groups[1]))];

    /// <summary>In order: CLOCK_MONOTONIC nanoseconds, whole microseconds, and what follows: "detach: (vfio_iommu_type1_detach_group+0x0/0x230)".</summary>
    public IReadOnlyList<(long Ns, string What)> Events { get; } =
    [
        .. Line().Matches(text).Select(m => ((Number(m.Groups[2]) * 1_000_000 + Number(m.Groups[3])) * 1000, m.Groups[4].Value)),
    ];

    /// <summary>Pairs of events of one thread, in the order of their begins: its number, the time of the first, from there to the second, and both.</summary>
    /// <param name="begin">The name of the first.</param>
    /// <param name="end">The name of the second.</param>
    public IEnumerable<(int Tid, long Ns, long DurationNs, string Begin, string End)> Calls(string begin, string end)
    {
        for (int i = 0; i < Events.Count; i++)
        {
            if (!Is(i, begin))
                continue;
            int to = Enumerable.Range(i + 1, Events.Count - i - 1).First(j => _threads[j] == _threads[i] && Is(j, end));
            yield return (_threads[i], Events[i].Ns, Events[to].Ns - Events[i].Ns, Events[i].What, Events[to].What);
        }

        bool Is(int at, string name) => Events[at].What.StartsWith(name + ": ", StringComparison.Ordinal);
    }

    /// <summary>The sum of the times between two events, nanoseconds.</summary>
    /// <param name="begin">The name of the first.</param>
    /// <param name="end">The name of the second.</param>
    /// <param name="fromNs">Only those from this time on.</param>
    /// <param name="toNs">Only those up to this time.</param>
    public long Between(string begin, string end, long fromNs = 0, long toNs = long.MaxValue)
    {
        long Sum(string name) => Events
            .Where(e => e.Ns >= fromNs && e.Ns <= toNs && e.What.StartsWith(name + ": ", StringComparison.Ordinal)).Sum(e => e.Ns);
        return Sum(end) - Sum(begin);
    }

    // "vfioscope-231 [001] d..1 41.123456: detach: (vfio_iommu_type1_detach_group+0x0/0x230)"
    [GeneratedRegex(@"-([0-9]+) +\[.* ([0-9]+)\.([0-9]{6}): (\S.*)")]
    private static partial Regex Line();

    private static long Number(Group digits) => long.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);
}
