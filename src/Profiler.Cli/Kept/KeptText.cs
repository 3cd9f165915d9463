using System.Globalization;
using System.Text;
using Profiler.Core;
using Profiler.Report;

namespace Profiler.Cli.Kept;

/// <summary>The kept recordings as text: of each when, who and how long, what cost most, and the file.</summary>
internal static class KeptText
{
    public static string Of(KeptDocument document, int width)
    {
        var text = new StringBuilder();
        foreach (KeptEntry entry in document.Recordings)
        {
            string at = entry.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            text.Append(text.Length == 0 ? "" : "\n").Append(CultureInfo.InvariantCulture, $"{at} UTC  {Life(entry)}\n");
            if (entry.Finding is not null)
                Paragraph.Append(text, $"{entry.Finding}: {entry.Text}", width, "  ", "    ");
            text.Append(CultureInfo.InvariantCulture, $"  {entry.File}\n");
        }
        return text.ToString();
    }

    private static string Life(KeptEntry entry) => entry switch
    {
        { Error: { } error } => error,
        { Life: { } life, DurationNs: { } ns, Running: true } => $"{entry.Vm}: {life} still running after {Figures.Text(ns)}",
        { Life: { } life, DurationNs: { } ns } => $"{entry.Vm}: {life} {Figures.Text(ns)}",
        _ => "no shutdown or start",
    };
}
