namespace Profiler.Tui;

/// <summary>One way to order a page's rows.</summary>
/// <param name="Name">By what, in a word.</param>
/// <param name="Compare">What comes first.</param>
internal sealed record SortOrder<TRow>(string Name, Comparison<TRow> Compare);
