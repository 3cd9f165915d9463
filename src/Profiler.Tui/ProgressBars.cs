using Profiler.Core.Findings;
using Profiler.Core.Lives;

namespace Profiler.Tui;

/// <summary>How far a shutdown is: over its devices, and against the time libvirt gives it.</summary>
internal static class ProgressBars
{
    private const char Done = '█', Resetting = '▓', Waiting = '▒', ToCome = '░', Mark = '┃';

    /// <summary>A bar over the devices: done, being worked on, waiting for a lock, to come.</summary>
    public static void Devices(Canvas canvas, int x, int y, int width, ShutdownInFlight s)
    {
        int all = Math.Max(1, s.Devices), done = s.SoFar.Releases.Length, busy = s.Busy, releasing = s.Releasing.Length;
        // Who comes first gets the cell; but each that is there at all is seen, if there is room.
        int Cells(int devices) => (int)Math.Round((double)width * devices / all);
        int doneTo = Cells(done), busyTo = Math.Max(Cells(done + busy), busy > 0 && doneTo < width ? doneTo + 1 : doneTo);
        int waitTo = Math.Max(busyTo, Cells(done + releasing));
        canvas.Fill(x, y, doneTo, Done, Ink.Done);
        canvas.Fill(x + doneTo, y, busyTo - doneTo, Resetting, Ink.Resetting);
        canvas.Fill(x + busyTo, y, waitTo - busyTo, Waiting, Ink.Waiting);
        canvas.Fill(x + waitTo, y, width - waitTo, ToCome, Ink.Faint);
    }

    /// <summary>A bar that is full when libvirt gives up, with a mark where it sends SIGKILL, if it has not begun with that.</summary>
    /// <param name="limits">See <see cref="LibvirtProjection.Limits"/>.</param>
    /// <param name="elapsedNs">Since the signal.</param>
    public static void Libvirt(Canvas canvas, int x, int y, int width, (long? SigkillNs, long FailureNs) limits, long elapsedNs)
    {
        bool late = elapsedNs >= (limits.SigkillNs ?? limits.FailureNs);
        canvas.Fill(x, y, width, ToCome, Ink.Faint);
        canvas.Fill(x, y, (int)Math.Clamp(width * (elapsedNs / (double)limits.FailureNs), 0, width), Done, late ? Ink.Alarm : Ink.Plain);
        if (limits.SigkillNs is { } sigkillNs)
            canvas.Fill(x + (int)Math.Clamp(width * (sigkillNs / (double)limits.FailureNs), 0, width - 1), y, 1, Mark, late ? Ink.Alarm : Ink.Strong);
    }
}
