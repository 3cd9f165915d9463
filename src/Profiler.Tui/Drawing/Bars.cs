using Profiler.Core.Lives;

namespace Profiler.Tui.Drawing;

/// <summary>Progress bars of shutdowns, and bars for shares of a total.</summary>
internal static class Bars
{
    private const char Done = '█', Busy = '▓', Waiting = '▒', Pending = '░', Mark = '┃';

    /// <summary>A bar over the devices: released, in progress, waiting for a lock, pending.</summary>
    public static void Devices(Canvas canvas, int x, int y, int width, ShutdownInFlight s)
    {
        int all = Math.Max(1, s.Devices), done = s.SoFar.Releases.Length, busy = s.Busy, releasing = s.Releasing.Length;
        // Earlier states have priority, but each present state gets a cell if there is room.
        int Cells(int devices) => (int)Math.Round((double)width * devices / all);
        int doneTo = Cells(done), busyTo = Math.Max(Cells(done + busy), busy > 0 && doneTo < width ? doneTo + 1 : doneTo);
        int waitTo = Math.Max(busyTo, Cells(done + releasing));
        canvas.Fill(x, y, doneTo, Done, Style.Good);
        canvas.Fill(x + doneTo, y, busyTo - doneTo, Busy, Style.Reset);
        canvas.Fill(x + busyTo, y, waitTo - busyTo, Waiting, Style.Waiting);
        canvas.Fill(x + waitTo, y, width - waitTo, Pending, Style.Faint);
    }

    /// <summary>Full at libvirt's timeout, with a mark at its SIGKILL, unless libvirt began with SIGKILL.</summary>
    /// <param name="limits">See <see cref="Core.Findings.LibvirtProjection.Limits"/>.</param>
    /// <param name="elapsedNs">Nanoseconds since the signal.</param>
    public static void Libvirt(Canvas canvas, int x, int y, int width, (long? SigkillNs, long FailureNs) limits, long elapsedNs)
    {
        bool late = elapsedNs >= (limits.SigkillNs ?? limits.FailureNs);
        canvas.Fill(x, y, width, Pending, Style.Faint);
        canvas.Fill(x, y, (int)Math.Clamp(width * (elapsedNs / (double)limits.FailureNs), 0, width), Done, late ? Style.Alarm : Style.Plain);
        if (limits.SigkillNs is { } sigkillNs)
            canvas.Fill(x + (int)Math.Clamp(width * (sigkillNs / (double)limits.FailureNs), 0, width - 1), y, 1, Mark, late ? Style.Alarm : Style.Strong);
    }

    /// <summary>A bar for a share of a total; a share above 0 has at least one cell.</summary>
    public static void Share(Canvas canvas, int x, int y, int width, double share, Style style) =>
        canvas.Fill(x, y, share <= 0 ? 0 : Math.Clamp((int)Math.Round(width * share), 1, Math.Max(1, width)), Done, style);

    /// <summary>Style by share of the total: alarm from 0.5, warning from 0.2, otherwise good.</summary>
    public static Style Size(double share) => share >= 0.5 ? Style.Alarm : share >= 0.2 ? Style.Warning : Style.Good;
}
