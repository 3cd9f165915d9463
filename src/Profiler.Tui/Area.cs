namespace Profiler.Tui;

/// <summary>A part of the canvas.</summary>
/// <param name="X">Its first column.</param>
/// <param name="Y">Its first line.</param>
/// <param name="Width">Cells.</param>
/// <param name="Height">Lines; 0 or less where there is no room.</param>
public readonly record struct Area(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    /// <summary>What is left below its first lines.</summary>
    public Area Below(int lines) => this with { Y = Y + lines, Height = Math.Max(0, Height - lines) };

    /// <summary>Its first lines.</summary>
    public Area Top(int lines) => this with { Height = Math.Clamp(lines, 0, Math.Max(0, Height)) };

    /// <summary>The left or the right half, with a gap between.</summary>
    public Area Half(bool right)
    {
        int left = (Width - 2) / 2;
        return right ? this with { X = X + left + 2, Width = Width - left - 2 } : this with { Width = left };
    }
}
