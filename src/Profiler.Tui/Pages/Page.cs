using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>One page of the view: title, rows and drawing. Stateless.</summary>
internal abstract class Page
{
    /// <summary>Minimum columns for a list with the detail of the selected row beside it.</summary>
    public const int WideEnough = 150;

    // Minimum lines below the list for the detail.
    private const int TallEnough = 12;

    /// <summary>Title on the tab.</summary>
    public abstract string Title { get; }

    /// <summary>Title on a narrow screen.</summary>
    public abstract string ShortTitle { get; }

    /// <summary>Description for the help.</summary>
    public abstract string Help { get; }

    /// <summary>Initial selection.</summary>
    public virtual Selection First => default;

    /// <summary>Indices of the sortable columns, in order; empty if the order is fixed.</summary>
    public virtual IReadOnlyList<int> Sortable => [];

    /// <summary>Number of selectable rows.</summary>
    public virtual int Rows(Scene scene) => 0;

    /// <summary>The detail for the Enter key; null if none.</summary>
    public virtual Detail? Open(Scene scene, int row) => null;

    /// <summary>Draws the list, and the selected row's detail if there is room for both.</summary>
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

    /// <summary>Draws only the list.</summary>
    /// <returns>Number of lines used.</returns>
    protected abstract int DrawList(Canvas canvas, Area area, Scene scene);
}
