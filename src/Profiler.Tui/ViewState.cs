using System.Collections.Immutable;
using Profiler.Core.Capture;
using Profiler.Core.Lives;

namespace Profiler.Tui;

/// <summary>What whoever looks at the view has chosen. Changes by keys only.</summary>
internal sealed record ViewState
{
    private static readonly ImmutableArray<int> Zeros = [.. new int[Enum.GetValues<Page>().Length]];

    /// <summary>As it begins.</summary>
    public static readonly ViewState First = new();

    public Page Page { get; init; }

    /// <summary>By page the row that is chosen; in flight, how many rows are scrolled past.</summary>
    public ImmutableArray<int> Rows { get; init; } = Zeros;

    /// <summary>By page the place in its list of orders.</summary>
    public ImmutableArray<int> Sorts { get; init; } = Zeros;

    /// <summary>What the histograms are of.</summary>
    public Question Question { get; init; }

    /// <summary>Only what has this in its name, process or device; empty: all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The filter is being typed.</summary>
    public bool Typing { get; init; }

    /// <summary>What is shown stands still; in a replay, so does its time.</summary>
    public bool Paused { get; init; }

    /// <summary>The keys are being explained.</summary>
    public bool Help { get; init; }

    /// <summary>The shutdown whose detail is open; null if none is.</summary>
    public Shutdown? Detail { get; init; }

    /// <summary>How many lines of the detail are scrolled past.</summary>
    public int DetailRow { get; init; }

    /// <summary>How many columns of it are scrolled past.</summary>
    public int DetailColumn { get; init; }

    /// <summary>Said until the next key.</summary>
    public string? Message { get; init; }

    /// <summary>What the command line asked for.</summary>
    public ActivityFilter Only { get; init; } = ActivityFilter.None;

    /// <summary>The chosen row of the page.</summary>
    public int Row => Rows[(int)Page];

    /// <summary>The order of the page's rows.</summary>
    public int Sort => Sorts[(int)Page];
}
