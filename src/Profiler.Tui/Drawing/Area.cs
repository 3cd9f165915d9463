namespace Profiler.Tui.Drawing;

/// <summary>A part of the canvas, in cells.</summary>
/// <param name="X">Its first column.</param>
/// <param name="Y">Its first line.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Lines; 0 or less where there is no room.</param>
internal readonly record struct Area(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    /// <summary>What is left below its first lines.</summary>
    public Area Below(int lines) => this with { Y = Y + lines, Height = Math.Max(0, Height - lines) };

    /// <summary>Its first lines.</summary>
    public Area Top(int lines) => this with { Height = Math.Clamp(lines, 0, Math.Max(0, Height)) };

    /// <summary>Its first columns.</summary>
    public Area Left(int columns) => this with { Width = Math.Clamp(columns, 0, Width) };

    /// <summary>What is left right of its first columns.</summary>
    public Area After(int columns) => this with { X = X + columns, Width = Math.Max(0, Width - columns) };

    /// <summary>The left or the right half, with a gap between.</summary>
    public Area Half(bool right)
    {
        int left = (Width - 2) / 2;
        return right ? After(left + 2) : Left(left);
    }

    /// <summary>The cell lies in it.</summary>
    public bool Contains(int x, int y) => x >= X && x < Right && y >= Y && y < Bottom;
}
