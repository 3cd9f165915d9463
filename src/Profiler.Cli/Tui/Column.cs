namespace Profiler.Cli.Tui;

/// <summary>A column of a section.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Width">Terminal cells; 0 for a share of what the others leave.</param>
/// <param name="Right">Its text stands at the right, as numbers do.</param>
internal sealed record Column(string Title, int Width = 0, bool Right = false);
