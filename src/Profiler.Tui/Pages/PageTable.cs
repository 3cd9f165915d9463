using System.Collections.Immutable;

namespace Profiler.Tui.Pages;

/// <summary>The pages, in the order of their tabs and digits.</summary>
internal static class PageTable
{
    public static readonly ImmutableArray<Page> All =
    [
        new NowPage(),
        new LatencyPage(),
        new DevicesPage(),
        new LocksPage(),
        new ShutdownsPage(),
        new StartsPage(),
    ];

    /// <summary>Index of a page.</summary>
    public static int Of<TPage>() where TPage : Page => All.IndexOf(All.OfType<TPage>().Single());
}
