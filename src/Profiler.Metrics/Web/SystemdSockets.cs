using System.Globalization;
using Profiler.Core;

namespace Profiler.Metrics.Web;

/// <summary>Sockets that systemd opened and passed from descriptor 3 on: sd_listen_fds(3).</summary>
public static class SystemdSockets
{
    private const int First = 3; // SD_LISTEN_FDS_START
    private const int Most = 64;

    /// <summary>Their descriptors.</summary>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="pid">Process id of this process; sockets for another process are ignored.</param>
    /// <exception cref="UserException">systemd passed no sockets, or more than anybody would.</exception>
    public static IReadOnlyList<ulong> Descriptors(Func<string, string?> variable, int pid)
    {
        bool ours = int.TryParse(variable("LISTEN_PID"), CultureInfo.InvariantCulture, out int target) && target == pid;
        bool some = int.TryParse(variable("LISTEN_FDS"), CultureInfo.InvariantCulture, out int count) && count > 0;
        if (ours && count > Most)
            throw UserException.Usage($"--web.systemd-socket: LISTEN_FDS={count} are more than {Most} sockets");
        return ours && some
            ? [.. Enumerable.Range(First, count).Select(fd => (ulong)fd)]
            : throw UserException.Usage(
                "--web.systemd-socket: systemd has handed over no socket; start it by a .socket unit, or go without");
    }
}
