using System.Collections.Immutable;
using Profiler.Core;
using Profiler.Core.Facts;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Report.Html;

/// <summary>
/// Operations of a life as a table, one a row, with a bar on a common time axis. Each part of a bar can be reached with the pointer and
/// with the keyboard, and then says what it is; the table itself has all that is needed where there is neither, as on paper.
/// </summary>
internal static class HtmlWaterfall
{
    public static void Write(HtmlWriter html, HtmlLife life)
    {
        if (life.Operations.IsEmpty && life.UnderWay.IsEmpty)
            return;
        using (html.Open("div", ("class", "scroll")))
        using (html.Open("table", ("class", "waterfall")))
        {
            html.Text("caption", "Devices on a common time axis; point at a part of a bar, or go there with the Tab key, to see what it is");
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                foreach (string title in new[] { "device", "start", "time", "lock wait", "reset", "method" })
                    html.Text("th", title, ("scope", "col"));
                using (html.Open("th", ("scope", "col"), ("class", "axis")))
                {
                    html.Text("span", "0 s");
                    html.Text("span", Figures.Text(life.WallNs));
                }
            }
            using (html.Open("tbody"))
            {
                foreach (ReportDevice operation in life.Operations)
                    Row(html, life, operation);
                foreach (ReportUnderWay operation in life.UnderWay)
                    Row(html, life, operation);
            }
        }
        Legend(html, life);
        Details(html, life);
    }

    private static void Row(HtmlWriter html, HtmlLife life, ReportDevice d)
    {
        using (html.Open("tr"))
        {
            html.Text("th", d.Bdf, ("scope", "row"));
            Cells(html, $"{(d.StartNs - life.StartNs) / 1e9:0.000} s", Seconds(d.DurationNs), Seconds(d.LockWaitNs), Seconds(d.ResetNs), d.ResetMethod ?? "-");
            using (html.Open("td", ("class", "bars")))
            {
                Bar(html, life, "rest", d.StartNs, d.DurationNs, $"{d.Bdf}: {Figures.Text(d.DurationNs)}, from {Figures.Text(d.StartNs - life.StartNs)} on, by {Who(d)}");
                foreach (ReportLockWait wait in d.LockWaits)
                    Bar(html, life, "wait", wait.StartNs, wait.DurationNs, Words(wait, d));
                foreach (ReportResetAttempt attempt in d.Resets.SelectMany(r => r.Attempts))
                    Bar(html, life, KindOf(attempt), attempt.StartNs, attempt.DurationNs, Words(attempt, d.Bdf));
            }
        }
    }

    private static void Row(HtmlWriter html, HtmlLife life, ReportUnderWay o)
    {
        long endNs = life.StartNs + life.WallNs;
        using (html.Open("tr"))
        {
            html.Text("th", o.Bdf, ("scope", "row"));
            Cells(html, $"{(o.StartNs - life.StartNs) / 1e9:0.000} s", "in progress", "-", "-", o.ResetMethod ?? "-");
            using (html.Open("td", ("class", "bars")))
            {
                string words = ShutdownText.InProgress(o, endNs);
                Bar(html, life, "rest", o.StartNs, endNs - o.StartNs, words);
                foreach (ReportResetAttempt attempt in o.FailedAttempts)
                    Bar(html, life, KindOf(attempt), attempt.StartNs, attempt.DurationNs, Words(attempt, o.Bdf));
                long sinceNs = o.FailedAttempts is [.., var last] ? last.StartNs + last.DurationNs : o.StateSinceNs;
                if (o.ResetMethod is { } method)
                    Bar(html, life, $"reset {method}", sinceNs, endNs - sinceNs, words);
                else if (IsWaiting(o))
                    Bar(html, life, "wait", sinceNs, endNs - sinceNs, words);
            }
        }
    }

    private static bool IsWaiting(ReportUnderWay o) => o.State == OperationState.WaitingForLock.Name();

    private static string KindOf(ReportResetAttempt attempt) => $"reset {attempt.Method}{(attempt.Result == 0 ? "" : " failed")}";

    private static void Cells(HtmlWriter html, params ReadOnlySpan<string> cells)
    {
        foreach (string cell in cells)
            html.Text("td", cell);
    }

    // Its place is in percent of the axis; it is never narrower than can be seen.
    private static void Bar(HtmlWriter html, HtmlLife life, string kind, long startNs, long durationNs, string words)
    {
        double percent = 100.0 / Math.Max(1, life.WallNs);
        string style = $"left:{HtmlWriter.Number((startNs - life.StartNs) * percent)}%;width:{HtmlWriter.Number(durationNs * percent)}%";
        using (html.Open("span", ("class", $"bar {kind}"), ("style", style), ("tabindex", "0"), ("role", "img"), ("aria-label", words)))
            html.Text("span", words, ("class", "tip"), ("aria-hidden", "true"));
    }

    private static string Words(ReportLockWait wait, ReportDevice d)
    {
        ImmutableArray<ReportHolder> holders = [.. d.Holders.Where(h => h.Lock == wait.Lock && h.AsWriter == wait.AsWriter)];
        // Holders are those of all waits for that lock.
        string heldBy = d.LockWaits.Count(w => w.Lock == wait.Lock) > 1 ? "in all waits for it held by" : "held by";
        return $"{d.Bdf}: waited {Figures.Text(wait.DurationNs)} for {Waterfall.LockLabel(wait.LockKind, wait.Lock)}{Waterfall.As(wait.AsWriter)}" +
            (holders.IsEmpty ? "" : $", {heldBy} {Figures.List(holders.Select(h => $"{Waterfall.Words(h)} ({Figures.Text(h.Ns)})"))}");
    }

    private static string Words(ReportResetAttempt attempt, string bdf) =>
        $"{bdf}: reset by {attempt.Method} {Figures.Text(attempt.DurationNs)}" + (attempt.Error is { } error ? $", failed ({error})" : "");

    private static string Who(ReportDevice d) => $"{ProcessNames.Of(d.Pid, d.Comm, d.Vm)}, tid {d.Tid}";

    private static string Seconds(long ns) => ns == 0 ? "-" : $"{ns / 1e9:0.000} s";

    private static void Legend(HtmlWriter html, HtmlLife life)
    {
        ReportResetAttempt[] attempts =
            [.. life.Operations.SelectMany(d => d.Resets).SelectMany(r => r.Attempts), .. life.UnderWay.SelectMany(o => o.FailedAttempts)];
        string[] methods =
            [.. attempts.Select(a => a.Method).Concat(life.UnderWay.Select(o => o.ResetMethod).OfType<string>()).Distinct().Order(StringComparer.Ordinal)];
        using (html.Open("ul", ("class", "legend")))
        {
            foreach (string method in methods)
                Entry(html, $"reset {method}", $"reset by {method}");
            if (attempts.Any(a => a.Result != 0))
                Entry(html, "reset failed", "failed");
            if (life.Operations.Any(d => !d.LockWaits.IsEmpty) || life.UnderWay.Any(IsWaiting))
                Entry(html, "wait", "waiting for a lock");
            Entry(html, "rest", "rest");
        }
    }

    /// <summary>A colour and its meaning.</summary>
    public static void Entry(HtmlWriter html, string kind, string words)
    {
        using (html.Open("li"))
        {
            html.Text("span", "", ("class", $"swatch {kind}"), ("aria-hidden", "true"));
            html.Text("span", words);
        }
    }

    // The same as the text report's, below the table: holders, chains of resets, resets that were left out.
    private static void Details(HtmlWriter html, HtmlLife life)
    {
        ImmutableArray<string> lines =
        [
            .. life.Operations.SelectMany(d => (string[])
            [
                .. d.LockWaits.Select(w => Words(w, d)),
                .. d.Resets.Where(r => r.Attempts.Length > 1).Select(r => $"{d.Bdf}: reset {Waterfall.Chain(r.Attempts)}"),
                .. d.ClosedBy is { } other ? [$"{d.Bdf}: {Waterfall.Words(d, other)}"] : Array.Empty<string>(),
                .. (d.TriedLocks ?? []).Select(t => $"{d.Bdf}: a reset was left out: {Waterfall.Words(t)}"),
                .. d.Error is { } error ? [$"{d.Bdf}: failed ({error})"] : Array.Empty<string>(),
            ]),
            .. life.UnderWay.Select(o => ShutdownText.InProgress(o, life.StartNs + life.WallNs)),
        ];
        HtmlList.Write(html, "Lock waits, and resets that needed more than one method", lines);
    }
}
