using System.Collections.Immutable;
using System.Text;
using Profiler.Core;

namespace Profiler.Report;

/// <summary>The kernel stacks of slow operations, each once, with the operations that began on it.</summary>
internal static class StackText
{
    private const string NoName = "?";
    private const int MaxStacks = 8, MaxFrames = 9;

    public static void Render(StringBuilder text, ReportDocument report, int width)
    {
        ImmutableArray<(ReportStack Stack, string What)> used = Used(report);
        if (used.IsEmpty)
            return;
        text.Append("\nkernel stacks of slow operations, innermost frame first\n");
        if (used.Any(s => s.Stack.Frames.Any(f => f == NoName || IsAddress(f))))
        {
            Paragraph.Append(
                text, "(? has no name: kernel.kptr_restrict=2 hides it, and this kernel cannot print it in another way)", width, "  ", "  ");
        }
        foreach ((ReportStack stack, string what) in used.Take(MaxStacks))
        {
            text.Append($"  {what}\n");
            ImmutableArray<string> frames = stack.Frames;
            Paragraph.Append(text, string.Join(" < ", frames.Take(MaxFrames)) + (frames.Length > MaxFrames ? " < …" : ""), width, "    ", "      ");
        }
        if (used.Length > MaxStacks)
            text.Append($"  and {used.Length - MaxStacks} more, see --format json\n");
    }

    /// <summary>Stacks on which something shown began, the most time first, with what that was: "16 releases, 18.190 s".</summary>
    public static ImmutableArray<(ReportStack Stack, string What)> Used(ReportDocument report)
    {
        ILookup<int?, (int? Key, string What, long Ns)> spans =
            report.Shutdowns.SelectMany(s => s.Devices).SelectMany(d => Spans("release", d))
                .Concat(report.Opens.SelectMany(d => Spans("open", d)))
                .Where(s => s.Key is not null).ToLookup(s => s.Key);
        return
        [
            .. report.Stacks
                .Select(stack => (Stack: stack, Spans: spans[stack.Key].ToList()))
                .Where(s => s.Spans.Count > 0)
                .OrderByDescending(s => s.Spans.Sum(span => span.Ns))
                .Select(s => (
                    s.Stack,
                    string.Join(", ", s.Spans.GroupBy(span => span.What).Select(g => Figures.Count(g.Count(), g.Key))) +
                        $", {Figures.Text(s.Spans.Sum(span => span.Ns))}")),
        ];
    }

    /// <summary>Frames without a name as "?": reports do not show kernel addresses.</summary>
    public static ImmutableArray<string> WithoutAddresses(ImmutableArray<string> frames) => [.. frames.Select(f => IsAddress(f) ? NoName : f)];

    private static bool IsAddress(string frame) => frame.StartsWith("0x", StringComparison.Ordinal);

    private static IEnumerable<(int? Key, string What, long Ns)> Spans(string operation, ReportDevice d) =>
    [
        (d.Stack, operation, d.DurationNs),
        .. d.LockWaits.Select(w => (w.Stack, "lock wait", w.DurationNs)),
        .. d.Resets.Select(r => (r.Stack, "reset", r.DurationNs)),
    ];
}
