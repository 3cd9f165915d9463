using Profiler.Tui.Drawing;

namespace Profiler.Tui.Pages;

/// <summary>The details of one object, shown in front of a page or beside it.</summary>
internal abstract record Detail
{
    /// <summary>The lines of the detail.</summary>
    /// <param name="scene">State and view.</param>
    /// <param name="width">Columns.</param>
    public abstract IReadOnlyList<Section> Sections(Scene scene, int width);
}
