using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>One page of the view: what it is called, its rows, and how it is drawn. Has no state of its own.</summary>
internal abstract class Page
{
    /// <summary>From here on the detail of the selected row stands beside the list.</summary>
    public const int WideEnough = 150;

    // Below the list, where that leaves so many lines.
    private const int TallEnough = 12;

    /// <summary>On its tab.</summary>
    public abstract string Title { get; }

    /// <summary>The same where there is little room.</summary>
    public abstract string ShortTitle { get; }

    /// <summary>What it shows, for the help.</summary>
    public abstract string Help { get; }

    /// <summary>What is chosen as it begins.</summary>
    public virtual Selection First => default;

    /// <summary>The columns that rows can be sorted by, in order; empty if they have one order only.</summary>
    public virtual IReadOnlyList<int> Sortable => [];

    /// <summary>How many rows can be selected.</summary>
    public virtual int Rows(Scene scene) => 0;

    /// <summary>What Enter opens; null if nothing.</summary>
    public virtual Detail? Open(Scene scene, int row) => null;

    /// <summary>Draws it: the list, and the selected row's detail where there is room for both.</summary>
    public void Draw(Canvas canvas, Area area, Scene scene)
    {
        int rows = Rows(scene);
        Detail? detail = rows == 0 ? null : Open(scene, Math.Clamp(scene.View.Selection.Row, 0, rows - 1));
        if (detail is not null && area.Width >= WideEnough)
        {
            Area list = area.Left(area.Width * 11 / 20);
            DrawList(canvas, list, scene);
            for (int y = area.Y; y < area.Bottom; y++)
                canvas.Fill(list.Right + 1, y, 1, '│', Style.Faint);
            Sections.DrawScrolled(canvas, area.After(list.Width + 3), detail.Sections(scene, area.Width - list.Width - 3), 0);
            return;
        }
        int used = DrawList(canvas, area, scene);
        Area below = area.Below(used + 1);
        if (detail is null || below.Height < TallEnough)
            return;
        canvas.Fill(below.X, below.Y, below.Width, '─', Style.Faint);
        Sections.DrawScrolled(canvas, below.Below(1), detail.Sections(scene, area.Width), 0);
    }

    /// <summary>Draws the list alone.</summary>
    /// <returns>How many lines it took.</returns>
    protected abstract int DrawList(Canvas canvas, Area area, Scene scene);
}
