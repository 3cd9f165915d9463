using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Tui.Pages;

namespace Profiler.Tui;

/// <summary>Selections on one page.</summary>
/// <param name="Row">The selected row; may exceed the current number of rows.</param>
/// <param name="Sort">The sort column.</param>
/// <param name="Reversed">Reversed sort order.</param>
internal readonly record struct Selection(int Row, int Sort, bool Reversed);

/// <summary>An open detail.</summary>
/// <param name="Detail">The detail.</param>
/// <param name="Scrolled">Scroll position in lines.</param>
internal sealed record OpenDetail(Detail Detail, int Scrolled = 0);

/// <summary>All selections of the user. Changed only by commands.</summary>
internal sealed record ViewState
{
    /// <summary>The initial view.</summary>
    public static readonly ViewState First = new();

    /// <summary>Index of the page, in the order of <see cref="PageTable.All"/>.</summary>
    public int PageIndex { get; init; }

    /// <summary>Selections by page.</summary>
    public ImmutableArray<Selection> Selections { get; init; } = [.. PageTable.All.Select(page => page.First)];

    /// <summary>Open details in front of the page; the top one is visible.</summary>
    public ImmutableStack<OpenDetail> Details { get; init; } = [];

    /// <summary>The current view of the latency page.</summary>
    public LatencyView Latency { get; init; }

    /// <summary>Shows only processes and devices with this text in their name; empty: all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The displayed state is paused; in a replay, its time too.</summary>
    public bool Paused { get; init; }

    /// <summary>Message until the next key.</summary>
    public string? Message { get; init; }

    /// <summary>Filter of the command line.</summary>
    public ActivityFilter Only { get; init; } = ActivityFilter.None;

    /// <summary>The current page.</summary>
    public Page Page => PageTable.All[PageIndex];

    /// <summary>Selection on the current page.</summary>
    public Selection Selection => Selections[PageIndex];

    /// <summary>The visible detail; null if the page is visible.</summary>
    public OpenDetail? Open => Details.IsEmpty ? null : Details.Peek();

    /// <summary>A copy with another selection on the current page.</summary>
    public ViewState With(Selection selection) => this with { Selections = Selections.SetItem(PageIndex, selection) };

    /// <summary>A copy with a detail in front.</summary>
    public ViewState With(Detail detail) => this with { Details = Details.Push(new OpenDetail(detail)) };
}
