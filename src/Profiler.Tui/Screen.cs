using Profiler.Tui.Drawing;

namespace Profiler.Tui;

/// <summary>Draws the screen except the status bar, as a pure function of a scene.</summary>
internal static class Screen
{
    /// <summary>Draws a scene.</summary>
    public static void Draw(Canvas canvas, Scene scene)
    {
        canvas.Begin(scene.Size.Width, scene.Size.Height);
        var area = new Area(0, 0, canvas.Width, canvas.Height);
        area = area.Below(Header.Draw(canvas, area, scene));
        if (scene.View.Message is { } message)
        {
            canvas.Write(0, area.Bottom - 1, message, Style.Strong);
            area = area.Top(area.Height - 1);
        }
        if (scene.View.Open is { } open)
            Sections.DrawScrolled(canvas, area, open.Detail.Sections(scene, area.Width), open.Scrolled);
        else
            scene.View.Page.Draw(canvas, area, scene);
    }

    /// <summary>Maximum scroll position: lines of the open detail that do not fit on the screen.</summary>
    public static int Scrollable(Scene scene) => scene.View.Open is { } open
        ? Math.Max(0, Sections.Lines(open.Detail.Sections(scene, scene.Size.Width)) - Math.Max(1, scene.Size.Height - 2))
        : 0;
}
