namespace Profiler.Tui.Drawing;

/// <summary>A rectangle of the canvas, in cells.</summary>
/// <param name="X">First column.</param>
/// <param name="Y">First line.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Lines; 0 or less if there is no room.</param>
internal readonly record struct Area(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    /// <summary>The part below the first lines.</summary>
    public Area Below(int lines) => this with { Y = Y + lines, Height = Math.Max(0, Height - lines) };

    /// <summary>The first lines.</summary>
    public Area Top(int lines) => this with { Height = Math.Clamp(lines, 0, Math.Max(0, Height)) };

    /// <summary>The first columns.</summary>
    public Area Left(int columns) => this with { Width = Math.Clamp(columns, 0, Width) };

    /// <summary>The part right of the first columns.</summary>
    public Area After(int columns) => this with { X = X + columns, Width = Math.Max(0, Width - columns) };

    /// <summary>The left or right half, with a gap in the middle.</summary>
    public Area Half(bool right)
    {
        int left = (Width - 2) / 2;
        return right ? After(left + 2) : Left(left);
    }

    /// <summary>True if the cell is inside.</summary>
    public bool Contains(int x, int y) => x >= X && x < Right && y >= Y && y < Bottom;
}
