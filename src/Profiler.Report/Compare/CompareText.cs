using System.Collections.Immutable;
using System.Text;
using Profiler.Core;

namespace Profiler.Report.Compare;

/// <summary>The comparison as plain text: what is different besides durations, then durations.</summary>
public static class CompareText
{
    /// <param name="document">What to render.</param>
    /// <param name="width">Columns of the terminal: sentences are wrapped, tables leave columns out.</param>
    public static string Render(CompareDocument document, int width)
    {
        width = Math.Max(TextReport.MinWidth, width);
        var text = new StringBuilder();
        Side(text, "before", document.Before, width);
        Side(text, "after", document.After, width);
        Different(text, document, width);
        foreach (ImmutableArray<Comparison> measure in CompareWords.Measures(document))
            Measure(text, measure, width);
        text.Append('\n');
        foreach (string note in CompareWords.Footnotes(document))
            Paragraph.Append(text, note, width, "", "  ");
        foreach ((_, string heading, ImmutableArray<string> lines) in CompareWords.Limits(document))
        {
            text.Append($"\n{heading}\n");
            foreach (string line in lines)
                Paragraph.Append(text, line, width, "  ", "    ");
        }
        return text.ToString();
    }

    private static void Side(StringBuilder text, string name, CompareSide side, int width)
    {
        Paragraph.Append(text, $"{name + ":",-7} {CompareWords.Of(side)}", width, "", "  ");
        if (CompareWords.LeftOut(side) is { } leftOut)
            Paragraph.Append(text, leftOut, width, "  ", "    ");
        if (side.Complete)
            return;
        text.Append($"  {CompareWords.Incomplete}\n");
        foreach (string problem in CompareWords.Problems(side))
            Paragraph.Append(text, problem, width, "  - ", "    ");
    }

    private static void Different(StringBuilder text, CompareDocument document, int width)
    {
        text.Append('\n');
        if (document.Different.IsEmpty)
        {
            Paragraph.Append(text, CompareWords.NothingDifferent, width, "", "");
            return;
        }
        text.Append("different besides durations\n");
        foreach (string difference in CompareWords.Differences(document))
            Paragraph.Append(text, difference, width, "  ", "    ");
    }

    // One table for a whole and its phases.
    private static void Measure(StringBuilder text, ImmutableArray<Comparison> parts, int width)
    {
        text.Append('\n');
        Paragraph.Append(text, CompareWords.Heading(parts[0]), width, "", "  ");
        if (parts[0].Shift is null)
            return;
        var table = new TextTable(2, 2, new("", Left: true), new("before"), new("after"), new("change"), new("", Left: true), new("95 % interval", Left: true));
        foreach (Comparison part in parts)
        {
            table.Add(
                CompareWords.PartOf(part), Figures.Text(part.Before!.MedianNs), Figures.Text(part.After!.MedianNs), ChangeText.Of(part),
                CompareWords.VerdictOf(part), ChangeText.Interval(part));
        }
        text.AppendJoin('\n', table.Lines(width, titles: true)).Append('\n');
    }
}
