using Profiler.Core;
using Profiler.Core.Capture;
using Profiler.Core.Names;
using Profiler.Core.Spans;

namespace Profiler.Tui.Drawing;

/// <summary>Rows of the devices of a shutdown or start: figures, and a bar at the time of the release or open.</summary>
internal static class WaterfallRows
{
    private const int DeviceWidth = 12, Number = 9, MethodWidth = 10;

    // Minimum widths for all figures and for some figures.
    private const int AllFrom = 100, SomeFrom = 70;

    /// <summary>The heading, a row for each device, and the legend.</summary>
    /// <param name="what">"release" or "open".</param>
    /// <param name="time">Of the shutdown or start.</param>
    /// <param name="state">For the time of what is in progress.</param>
    /// <param name="count">Number of devices.</param>
    /// <param name="row">Each of them.</param>
    public static IEnumerable<Section> Sections(string what, Interval time, ProfileState state, int count, Func<int, FlightRow> row)
    {
        var waterfall = new Waterfall(time.StartNs, Math.Max(time.EndNs, time.StartNs + 1));
        yield return new Section(1, (canvas, line, _) => Heading(canvas, line, waterfall, what.ToUpperInvariant()));
        yield return new Section(count, (canvas, line, i) => Draw(canvas, line, waterfall, time.StartNs, state, row(i)));
        yield return Section.Of(Waterfall.LegendOf(what));
    }

    // With both ends of the time axis.
    private static void Heading(Canvas canvas, Area line, Waterfall waterfall, string what)
    {
        canvas.Fill(line.X, line.Y, line.Width, ' ', Style.Heading);
        waterfall.Axis(canvas, Cells(canvas, line, Style.Heading, "DEVICE", "START", what, "LOCK WAIT", "RESET", "METHOD"), Figures.Text);
    }

    private static void Draw(Canvas canvas, Area line, Waterfall waterfall, long startNs, ProfileState state, FlightRow row)
    {
        if (row.Done is { } done)
        {
            string method = done.LongestReset?.Method.Name() ?? "-";
            waterfall.Draw(canvas, Cells(canvas, line, Style.Plain, done.Device, Time(done.Time.StartNs - startNs), Time(done.Time.DurationNs),
                Time(done.LockWaitNs), Time(done.ResetNs), method), done);
        }
        else if (row.UnderWay is { } o)
            waterfall.Draw(canvas, Cells(canvas, line, Style.Plain, o.Device, Time(o.StartNs - startNs), $"{FlightHead.Rough(Math.Max(0, state.NowNs - o.StartNs))}…",
                "", "", o.Method == ResetMethod.Unknown ? "" : o.Method.Name()), o);
        else
            Cells(canvas, line, Style.Faint, row.Device, "", "pending", "", "", "");
    }

    private static Area Cells(
        Canvas canvas, Area line, Style style, string device, string start, string release, string wait, string reset, string method)
    {
        canvas.Write(line.X, line.Y, device, style, line.Right);
        int x = line.X + DeviceWidth;
        void Right(string text)
        {
            x += Number + 1;
            canvas.WriteRight(Math.Min(line.Right, x), line.Y, text, style, x - Number);
        }
        if (line.Width >= AllFrom)
            Right(start);
        Right(release);
        if (line.Width >= SomeFrom)
        {
            Right(wait);
            Right(reset);
        }
        if (line.Width >= AllFrom)
        {
            canvas.Write(x + 2, line.Y, method, style, Math.Min(line.Right, x + 2 + MethodWidth));
            x += 2 + MethodWidth;
        }
        return line.After(x + 2 - line.X);
    }

    private static string Time(long ns) => ns == 0 ? "-" : Figures.Text(ns);
}
