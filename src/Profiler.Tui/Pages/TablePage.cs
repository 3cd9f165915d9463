using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>A page with one table: sortable columns, and a detail for each row.</summary>
internal abstract class TablePage<TRow> : Page
{
    private int[]? _sortable;

    public override IReadOnlyList<int> Sortable => _sortable ??= [.. Table.Columns.Index().Where(c => c.Item.Compare is not null).Select(c => c.Index)];

    /// <summary>The table and its columns.</summary>
    protected abstract Table<TRow> Table { get; }

    /// <summary>All rows.</summary>
    protected abstract ImmutableArray<TRow> All(ProfileState state);

    /// <summary>True if a row matches the filter.</summary>
    protected abstract bool Wants(Filter filter, TRow row);

    /// <summary>Order of equal rows; without it they would change places between frames.</summary>
    protected abstract int Tie(TRow a, TRow b);

    /// <summary>Number of evicted rows.</summary>
    protected virtual long Evicted(ProfileState state) => 0;

    /// <summary>The detail for the Enter key.</summary>
    protected abstract Detail Open(TRow row);

    public override int Rows(Scene scene) => Sorted(scene).Length;

    public override Detail? Open(Scene scene, int row) => Sorted(scene) is var rows && row >= 0 && row < rows.Length ? Open(rows[row]) : null;

    /// <summary>The matching rows, sorted.</summary>
    public TRow[] Sorted(Scene scene) => scene.Once(this, () =>
    {
        ImmutableArray<TRow> all = All(scene.State);
        var rows = new TRow[all.Length];
        int count = 0;
        Filter filter = scene.Filter;
        foreach (TRow row in all)
        {
            if (Wants(filter, row))
                rows[count++] = row;
        }
        if (count < rows.Length)
            rows = rows[..count];
        Selection selection = scene.View.Selections[PageTable.All.IndexOf(this)];
        Column<TRow> column = Table.Columns[selection.Sort];
        int sign = column.Descending == selection.Reversed ? 1 : -1;
        Array.Sort(rows, (a, b) => column.Compare!(a, b) is var order && order != 0 ? sign * order : Tie(a, b));
        return rows;
    });

    protected override int DrawList(Canvas canvas, Area area, Scene scene)
    {
        TRow[] rows = Sorted(scene);
        Selection selection = scene.View.Selection;
        Table.Heading(canvas, area, selection.Sort, selection.Reversed, canBeSorted: true);
        if (rows.Length == 0)
        {
            canvas.Write(area.X, area.Y + 1, area.Height > 1 ? "none" : "", Style.Faint, area.Right);
            return Math.Min(2, area.Height);
        }
        var sections = new List<Section>
        {
            new(rows.Length, (c, line, i) => Table.Row(c, line, scene.State, rows[i]), Selectable.Each),
        };
        if (Evicted(scene.State) is > 0 and var evicted)
            sections.Add(Section.Of(Line.Of($"{evicted} older ones were evicted", Style.Faint)));
        return 1 + Sections.DrawSelected(canvas, area.Below(1), sections, selection.Row);
    }
}
