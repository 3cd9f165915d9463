using Profiler.Core.Findings;
using Profiler.Core.Shutdowns;

namespace Profiler.Cli.Tui;

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

    /// <summary>A bar that is full when libvirt gives up, with a mark where it sends SIGKILL.</summary>
    /// <param name="elapsedNs">Since the signal.</param>
    public static void Libvirt(Canvas canvas, int x, int y, int width, int devices, long elapsedNs)
    {
        double failureNs = LibvirtLimits.Failure(devices).TotalNanoseconds, sigkillNs = LibvirtLimits.Sigkill.TotalNanoseconds;
        int elapsed = (int)Math.Clamp(width * (elapsedNs / failureNs), 0, width);
        canvas.Fill(x, y, width, ToCome, Ink.Faint);
        canvas.Fill(x, y, elapsed, Done, elapsedNs >= sigkillNs ? Ink.Alarm : Ink.Plain);
        canvas.Fill(x + (int)(width * (sigkillNs / failureNs)), y, 1, Mark, elapsedNs >= sigkillNs ? Ink.Alarm : Ink.Strong);
    }
}
