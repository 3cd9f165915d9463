using Profiler.Core.Capture;

namespace Profiler.Tui;

/// <summary>The line that says which page this is, which there are, and what is not as usual with it.</summary>
internal static class Tabs
{
    private static readonly (string Long, string Short)[] Names =
    [
        ("1 In flight", "1Now"), ("2 Histograms", "2Time"), ("3 Devices", "3Dev"), ("4 Locks", "4Lock"), ("5 Shutdowns", "5Over"),
    ];

    public static void Draw(Canvas canvas, Area area, ProfileState state, ViewState view)
    {
        if (area.Height <= 0)
            return;
        string notes = Notes(state, view);
        int end = Math.Max(area.X, area.Right - (notes.Length == 0 ? 0 : Canvas.Cells(notes) + 1)), x = area.X;
        bool full = Names.Sum(n => n.Long.Length + 2) <= end - area.X;
        for (int i = 0; i < Names.Length; i++)
        {
            string name = full ? $" {Names[i].Long} " : Names[i].Short;
            x = canvas.Write(x, area.Y, name, i == (int)view.Page ? Ink.Inverse : Ink.Plain, end);
            if (!full)
                x++;
        }
        canvas.WriteRight(area.Right, area.Y, notes, Ink.Waiting, area.X + area.Width / 3);
    }

    private static string Notes(ProfileState state, ViewState view)
    {
        string notes = view.Filter.Length > 0 || view.Typing ? $"/{view.Filter} " : "";
        if (view.Only is { Pid: not null } or { Vm: not null } or { Device: not null })
            notes += $"only {view.Only.Vm ?? view.Only.Device ?? $"pid {view.Only.Pid}"} ";
        if (view.Page == Page.Histograms && notes.Length > 0)
            notes += "(not here: of all) ";
        if (Lists.OrderOf(view) is { } order)
            notes += $"by {order} ";
        if (state.Playback is { } playback)
            notes += $"{(state.NowNs - state.Info.StartNs) / 1e9:0.0} s ×{playback.Speed:0.###} ";
        if (view.Paused)
            notes += "PAUSED";
        return notes.TrimEnd();
    }
}
