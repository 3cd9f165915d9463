using System.Net.Sockets;
using Profiler.Core;
using Profiler.Linux.Confinement;
using Profiler.Metrics.Logging;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Halves;

/// <summary>The half that talks to the network: HTTP, TLS, passwords, YAML. It has no rights, and gets what it serves from the kernel half.</summary>
public static class TalkingHalf
{
    /// <summary>
    /// Gives up what is left, before anything is read. Capabilities are gone already: see <see cref="ConfinedProcess"/>.
    /// </summary>
    /// <exception cref="UserException">This process is not confined, so it must not go on.</exception>
    public static void Confine(TalkingSettings settings)
    {
        try
        {
            Privileges.NameThisThread("vfioscope-http");
            Privileges.DieWithParent();
            Privileges.CloseInherited([0, 1, 2, settings.Pair, .. settings.Sockets]);
            Privileges.FilterThisProcess(ServingCalls.For(Environment.ProcessId));
        }
        catch (InvalidOperationException e)
        {
            throw UserException.NotPossible($"the process that answers requests cannot give up its rights: {e.Message}", e);
        }
        if (Privileges.LeftInThisProcess() is { } left)
            throw UserException.NotPossible($"the process that answers requests still has rights: {left}; it is started by serve");
    }

    /// <summary>Serves until asked to stop, or the kernel half is gone.</summary>
    /// <param name="settings">How.</param>
    /// <param name="error">Where the log goes.</param>
    /// <param name="version">Of this program.</param>
    /// <param name="stop">Ends it in order.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(TalkingSettings settings, TextWriter error, string version, CancellationToken stop)
    {
        TimeProvider time = TimeProvider.System;
        var log = new Log(error, settings.Level, settings.Format, time);
        WebConfigFile? config = null;
        using var kernel = new KernelHalf(new Pair(settings.Pair), () =>
        {
            if (Volatile.Read(ref config)?.Reload() == true)
                log.Info($"{settings.ConfigFile} was read again");
        });
        try
        {
            Volatile.Write(ref config, new WebConfigFile(settings.ConfigFile, time, log.Warn, kernel));
            kernel.Configured(config.Current.Tls is not null);
            bool ready = false;
            using var pages = new MetricsPages(kernel, version, () => Volatile.Read(ref ready), log, settings.Path, settings.MaxRequests);
            await using WebServer server = await Listen(settings, config, time, log, pages);
            kernel.Listening();
            Volatile.Write(ref ready, true);
            log.Info($"serving {string.Join(", ", server.Urls.Select(url => url + settings.Path))}");
            await Task.WhenAny(kernel.Gone, Task.Delay(Timeout.Infinite, stop));
            return ExitCode.Done;
        }
        catch (UserException e)
        {
            kernel.Failed(e);
            return e.Code;
        }
        catch (IOException) when (kernel.Gone.IsCompleted)
        {
            return ExitCode.Done; // it says why
        }
    }

    private static async Task<WebServer> Listen(TalkingSettings settings, WebConfigFile config, TimeProvider time, Log log, MetricsPages pages)
    {
        try
        {
            return await WebServer.Start(settings.Sockets, config, time, log.Warn, pages.Answer);
        }
        catch (SocketException e)
        {
            throw ListenSockets.CannotListen(e, settings.AreOfSystemd);
        }
        catch (IOException e)
        {
            // Somebody else has listened on that port since we bound to it.
            throw UserException.NotPossible($"{e.Message.TrimEnd('.')}: {ListenSockets.Remedy}", e);
        }
    }
}
