using System.Text;
using Profiler.Core.Capture;
using Profiler.Core.Findings;
using Profiler.Core.Lives;
using Profiler.Report;

namespace Profiler.Tui;

/// <summary>One shutdown as the report shows it: the only place where the view knows of the report's text.</summary>
internal static class ShutdownDetail
{
    /// <summary>The report's lines about it.</summary>
    /// <param name="width">Cells; sentences are broken to fit, tables are as wide as they are.</param>
    public static IReadOnlyList<string> Lines(Shutdown shutdown, ProfileState state, int width)
    {
        var text = new StringBuilder();
        // On a terminal of root's, beside a page with the locks by address.
        var locks = new LockNames(shutdown.Releases, addresses: true);
        var evidence = Evidence.Of(state.Health.Probes, state.Health.Problems);
        ShutdownText.Render(text, new ShutdownReport(state.Facts, locks, evidence).Of(shutdown), width);
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
