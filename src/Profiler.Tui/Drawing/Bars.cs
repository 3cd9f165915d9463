using Profiler.Core.Lives;

namespace Profiler.Tui.Drawing;

/// <summary>Bars: how far a shutdown is, and shares of a whole.</summary>
internal static class Bars
{
    private const char Done = '█', Busy = '▓', Waiting = '▒', Pending = '░', Mark = '┃';

    /// <summary>Over the devices: released, being worked on, waiting for a lock, pending.</summary>
    public static void Devices(Canvas canvas, int x, int y, int width, ShutdownInFlight s)
    {
        int all = Math.Max(1, s.Devices), done = s.SoFar.Releases.Length, busy = s.Busy, releasing = s.Releasing.Length;
        // The first come first; but each kind that is there at all is seen, if there is room.
        int Cells(int devices) => (int)Math.Round((double)width * devices / all);
        int doneTo = Cells(done), busyTo = Math.Max(Cells(done + busy), busy > 0 && doneTo < width ? doneTo + 1 : doneTo);
        int waitTo = Math.Max(busyTo, Cells(done + releasing));
        canvas.Fill(x, y, doneTo, Done, Style.Good);
        canvas.Fill(x + doneTo, y, busyTo - doneTo, Busy, Style.Reset);
        canvas.Fill(x + busyTo, y, waitTo - busyTo, Waiting, Style.Waiting);
        canvas.Fill(x + waitTo, y, width - waitTo, Pending, Style.Faint);
    }

    /// <summary>Full when libvirt gives up, with a mark where it sends SIGKILL, if it has not begun with that.</summary>
    /// <param name="limits">See <see cref="Core.Findings.LibvirtProjection.Limits"/>.</param>
    /// <param name="elapsedNs">Since the signal.</param>
    public static void Libvirt(Canvas canvas, int x, int y, int width, (long? SigkillNs, long FailureNs) limits, long elapsedNs)
    {
        bool late = elapsedNs >= (limits.SigkillNs ?? limits.FailureNs);
        canvas.Fill(x, y, width, Pending, Style.Faint);
        canvas.Fill(x, y, (int)Math.Clamp(width * (elapsedNs / (double)limits.FailureNs), 0, width), Done, late ? Style.Alarm : Style.Plain);
        if (limits.SigkillNs is { } sigkillNs)
            canvas.Fill(x + (int)Math.Clamp(width * (sigkillNs / (double)limits.FailureNs), 0, width - 1), y, 1, Mark, late ? Style.Alarm : Style.Strong);
    }

    /// <summary>A share of a whole; what there is at all has a cell.</summary>
    public static void Share(Canvas canvas, int x, int y, int width, double share, Style style) =>
        canvas.Fill(x, y, share <= 0 ? 0 : Math.Clamp((int)Math.Round(width * share), 1, Math.Max(1, width)), Done, style);

    /// <summary>How a share of the whole is coloured: half of it or more, a fifth or more, less.</summary>
    public static Style Size(double share) => share >= 0.5 ? Style.Alarm : share >= 0.2 ? Style.Warning : Style.Good;
}
