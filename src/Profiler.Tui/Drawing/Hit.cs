namespace Profiler.Tui.Drawing;

/// <summary>What a mouse click on a cell means.</summary>
internal enum HitKind
{
    /// <summary>Go to a page.</summary>
    Page,

    /// <summary>Sort by a column.</summary>
    Column,

    /// <summary>Select a row of the page.</summary>
    Row,
}

/// <summary>Something on the screen that can be clicked.</summary>
/// <param name="Kind">What a click does.</param>
/// <param name="Index">The number of the page, column or row.</param>
internal readonly record struct Hit(HitKind Kind, int Index);
