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
        ILookup<int?, (int? Key, string What, long Ns)> spans =
            report.Shutdowns.SelectMany(s => s.Devices).SelectMany(d => Spans("release", d))
                .Concat(report.Opens.SelectMany(d => Spans("open", d)))
                .Concat(report.UserResets.SelectMany(r => Spans("requested reset", r.Operation)))
                .Where(s => s.Key is not null).ToLookup(s => s.Key);
        var used = report.Stacks
            .Select(stack => (Stack: stack, Spans: spans[stack.Key].ToList()))
            .Where(s => s.Spans.Count > 0)
            .OrderByDescending(s => s.Spans.Sum(span => span.Ns))
            .ToList();
        if (used.Count == 0)
            return;
        text.Append("\nkernel stacks of slow operations, innermost frame first\n");
        if (used.Exists(s => s.Stack.Frames.Any(f => f == NoName || IsAddress(f))))
        {
            Paragraph.Append(
                text, "(? has no name: kernel.kptr_restrict=2 hides it, and this kernel cannot print it in another way)", width, "  ", "  ");
        }
        foreach ((ReportStack stack, List<(int? Key, string What, long Ns)> ended) in used.Take(MaxStacks))
        {
            string what = string.Join(", ", ended.GroupBy(s => s.What).Select(g => Figures.Count(g.Count(), g.Key)));
            text.Append($"  {what}, {Figures.Text(ended.Sum(s => s.Ns))}\n");
            ImmutableArray<string> frames = stack.Frames;
            Paragraph.Append(text, string.Join(" < ", frames.Take(MaxFrames)) + (frames.Length > MaxFrames ? " < …" : ""), width, "    ", "      ");
        }
        if (used.Count > MaxStacks)
            text.Append($"  and {used.Count - MaxStacks} more, see --format json\n");
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
