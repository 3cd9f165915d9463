namespace Profiler.Tui;

/// <summary>What the keys do, and what the bars and shades mean.</summary>
internal static class HelpPage
{
    private static readonly (string Keys, string What)[] Lines =
    [
        ("Tab, 1 to 5", "the next page; that page"),
        ("Up Down, k j", "move; PgUp PgDn, Home End: further"),
        ("Enter, Esc", "open the shutdown; back"),
        ("/", "only what has this in its name: VM, process, pid, device"),
        ("s", "order the rows by something else"),
        ("v", "other histograms: waits and resets, releases and opens, phases"),
        ("p", "stop what is shown; events go on to be counted"),
        ("r", "begin all counts anew"),
        ("w", "write the recording so far into the current directory"),
        ("q", "quit"),
        ("p, Space", "in a recording: stop its time, or let it go on"),
        ("Left Right", "in a recording: 5 s back, 5 s on"),
        ("+ -", "in a recording: faster, slower"),
        ("", ""),
        ("█ ▓ ▒ ░", "devices done, at work, waiting for a lock, to come"),
        ("┃", "when libvirt sends SIGKILL; at the bar's end it gives up"),
    ];

    /// <summary>How many lines it has.</summary>
    public static int Count => Lines.Length;

    public static void Draw(Canvas canvas, Area area, int row)
    {
        int first = Math.Clamp(row, 0, Math.Max(0, Lines.Length - area.Height));
        for (int i = 0; i < area.Height && first + i < Lines.Length; i++)
        {
            canvas.Write(area.X + 1, area.Y + i, Lines[first + i].Keys, Ink.Strong, area.Right);
            canvas.Write(area.X + 15, area.Y + i, Lines[first + i].What, Ink.Plain, area.Right);
        }
    }
}
