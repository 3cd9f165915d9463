using System.Collections.Immutable;
using System.Text;
using Profiler.Core;

namespace Profiler.Report;

/// <summary>The kernel stacks of what took long, each once, with what ended in it.</summary>
internal static class StackText
{
    private const string NoName = "?";
    private const int Told = 8;
    private const int Frames = 9;

    public static void Render(StringBuilder text, ReportDocument report, int width)
    {
        List<(int? Key, string What, long Ns)> spans =
        [
            .. report.Shutdowns.SelectMany(s => s.Devices).SelectMany(d => Spans("release", d)),
            .. report.Opens.SelectMany(d => Spans("open", d)),
        ];
        var used = report.Stacks
            .Select(stack => (Stack: stack, Spans: spans.Where(s => s.Key == stack.Key).ToList()))
            .Where(s => s.Spans.Count > 0)
            .OrderByDescending(s => s.Spans.Sum(span => span.Ns))
            .ToList();
        if (used.Count == 0)
            return;
        text.Append("\nkernel stacks of what took long, innermost first\n");
        if (used.Exists(s => s.Stack.Frames.Any(f => f == NoName || IsAddress(f))))
            text.Append("  (some without names: kernel.kptr_restrict=2 hides them, and this kernel does not print them otherwise)\n");
        foreach ((ReportStack stack, List<(int? Key, string What, long Ns)> ended) in used.Take(Told))
        {
            string what = string.Join(", ", ended.GroupBy(s => s.What).Select(g => Figures.Count(g.Count(), g.Key)));
            text.Append($"  {what}, {Figures.Text(ended.Sum(s => s.Ns))}\n");
            ImmutableArray<string> frames = stack.Frames;
            Paragraph.Append(text, string.Join(" < ", frames.Take(Frames)) + (frames.Length > Frames ? " < …" : ""), width, "    ", "      ");
        }
        if (used.Count > Told)
            text.Append($"  and {used.Count - Told} more: --format json has all\n");
    }

    /// <summary>Frames that have no name would show the kernel's addresses to whoever reads the report.</summary>
    public static ImmutableArray<string> WithoutAddresses(ImmutableArray<string> frames) => [.. frames.Select(f => IsAddress(f) ? NoName : f)];

    private static bool IsAddress(string frame) => frame.StartsWith("0x", StringComparison.Ordinal);

    private static IEnumerable<(int? Key, string What, long Ns)> Spans(string operation, ReportDevice d) =>
    [
        (d.Stack, operation, d.DurationNs),
        .. d.LockWaits.Select(w => (w.Stack, "lock wait", w.DurationNs)),
        .. d.Resets.Select(r => (r.Stack, "reset", r.DurationNs)),
    ];
}
