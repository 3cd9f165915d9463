using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>Everything about one thing; opened in front of a page, or shown beside it.</summary>
internal abstract record Detail
{
    /// <summary>Its lines.</summary>
    /// <param name="scene">What there is.</param>
    /// <param name="width">Columns.</param>
    public abstract IReadOnlyList<Section> Sections(Scene scene, int width);
}
