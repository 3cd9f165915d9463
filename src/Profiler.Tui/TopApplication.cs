using System.Runtime.ExceptionServices;
using Profiler.Core.Capture;
using Profiler.Tui.Terminal;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;

namespace Profiler.Tui;

/// <summary>The view on a terminal, from taking it to giving it back.</summary>
public static class TopApplication
{
    /// <summary>How often the loop looks for keys, sizes and events; that alone is most of what an idle view costs.</summary>
    private const ushort LooksPerSecond = 8;

    /// <summary>Runs until somebody quits, it is stopped, the source fails or the terminal is gone.</summary>
    /// <param name="player">What is shown; started already.</param>
    /// <param name="only">What the command line asked for.</param>
    /// <param name="kind">What the terminal can do.</param>
    /// <param name="stop">Asks it to end.</param>
    public static void Run(Player player, ActivityFilter only, TerminalKind kind, CancellationToken stop)
    {
        using var guard = new TerminalGuard();
        using var window = new TopWindow(kind);
        var top = new Top(player, window, only, kind, TimeProvider.System);
        Exception? failure = null;
        Application.MaximumIterationsPerSecond = LooksPerSecond;
        using (IApplication app = Application.Create())
        {
            // The terminal's own sixteen colours, which fit its background.
            Driver.Force16Colors = true;
            app.Init(DriverRegistry.Names.ANSI);
            guard.Taken();
            guard.Retaken += window.DrawAnew;
            app.Iteration += (_, _) =>
            {
                guard.WaitUntilOurs();
                if (stop.IsCancellationRequested || failure is not null || !TerminalGuard.HasTerminal)
                {
                    app.RequestStop();
                    return;
                }
                try
                {
                    top.Look();
                }
#pragma warning disable CA1031 // whatever it is: first the terminal is given back, and then it is told
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failure = e;
                }
            };
            app.Run(window);
            guard.Returned();
        }
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }
}
