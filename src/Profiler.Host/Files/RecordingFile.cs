using System.Globalization;
using Profiler.Core;
using Profiler.Core.Capture;

namespace Profiler.Host.Files;

/// <summary>Writes a recording on request, to a file in the current directory that is named after the time.</summary>
public static class RecordingFile
{
    /// <summary>Writes all events until now.</summary>
    /// <param name="player">The source of the events.</param>
    /// <param name="now">The time in the file's name.</param>
    /// <returns>One line with the file's name, or the reason why there is none.</returns>
    public static string Save(Player player, DateTimeOffset now)
    {
        string stem = now.ToString("'vfioscope-'yyyyMMdd'-'HHmmss", CultureInfo.InvariantCulture);
        string name = $"{stem}.vfioscope";
        // The user did not choose the name: an existing file or link of that name is left alone.
        for (int i = 2; new FileInfo(name) is { Exists: true } or { LinkTarget: not null }; i++)
            name = $"{stem}-{i}.vfioscope";
        try
        {
            using var file = new AtomicFile(name, AtomicFile.Private);
            (long events, long evicted) = player.WriteRecording(file.Stream);
            file.Commit();
            return $"written: {name}, {events} events" + (evicted == 0 ? "" : $"; {evicted} older ones WERE NOT KEPT");
        }
        catch (UserException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{name} cannot be written: {e.Message}";
        }
    }
}
