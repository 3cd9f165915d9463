namespace Profiler.Tui.Drawing;

/// <summary>Kind of action for a mouse click on a cell.</summary>
internal enum HitKind
{
    /// <summary>Go to a page.</summary>
    Page,

    /// <summary>Sort by a column.</summary>
    Column,

    /// <summary>Select a row of the page.</summary>
    Row,
}

/// <summary>An object on the screen with a click action.</summary>
/// <param name="Kind">Kind of action.</param>
/// <param name="Index">Index of the page, column or row.</param>
internal readonly record struct Hit(HitKind Kind, int Index);
