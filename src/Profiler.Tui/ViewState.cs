using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Tui.Pages;

namespace Profiler.Tui;

/// <summary>What is chosen on one page.</summary>
/// <param name="Row">The selected row; there may be fewer by now.</param>
/// <param name="Sort">The column that rows are sorted by.</param>
/// <param name="Reversed">The other way round.</param>
internal readonly record struct Selection(int Row, int Sort, bool Reversed);

/// <summary>A detail that is open.</summary>
/// <param name="Detail">Of what.</param>
/// <param name="Scrolled">How many lines are scrolled past.</param>
internal sealed record OpenDetail(Detail Detail, int Scrolled = 0);

/// <summary>What the person in front of the view has chosen. Changed by commands only.</summary>
internal sealed record ViewState
{
    /// <summary>As it begins.</summary>
    public static readonly ViewState First = new();

    /// <summary>Number of the page, in the order of <see cref="PageTable.All"/>.</summary>
    public int PageIndex { get; init; }

    /// <summary>By page what is chosen there.</summary>
    public ImmutableArray<Selection> Selections { get; init; } = [.. PageTable.All.Select(page => page.First)];

    /// <summary>What is open in front of the page; the one on top is seen.</summary>
    public ImmutableStack<OpenDetail> Details { get; init; } = [];

    /// <summary>Which of the latency page's views.</summary>
    public LatencyView Latency { get; init; }

    /// <summary>Only what has this in its name, process or device; empty: all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>What is shown stands still; in a replay, so does its time.</summary>
    public bool Paused { get; init; }

    /// <summary>Said until the next key.</summary>
    public string? Message { get; init; }

    /// <summary>What the command line asked for.</summary>
    public ActivityFilter Only { get; init; } = ActivityFilter.None;

    /// <summary>The page.</summary>
    public Page Page => PageTable.All[PageIndex];

    /// <summary>What is chosen on it.</summary>
    public Selection Selection => Selections[PageIndex];

    /// <summary>The detail that is seen; null if the page is.</summary>
    public OpenDetail? Open => Details.IsEmpty ? null : Details.Peek();

    /// <summary>With another choice on the present page.</summary>
    public ViewState With(Selection selection) => this with { Selections = Selections.SetItem(PageIndex, selection) };

    /// <summary>With a detail in front.</summary>
    public ViewState With(Detail detail) => this with { Details = Details.Push(new OpenDetail(detail)) };
}
