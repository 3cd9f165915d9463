using Microsoft.Win32.SafeHandles;

namespace Profiler.Cli.Release;

/// <summary>
/// Waits for Enter on stdin. The end of stdin does not count: a service or a background job has /dev/null there.
/// </summary>
internal static class EnterKey
{
    private static readonly SemaphoreSlim Pressed = new(0);

    /// <summary>Starts to read stdin; to be called once.</summary>
    public static void Listen() => new Thread(Read) { IsBackground = true }.Start();

    /// <summary>Returns at the next Enter, or when stopped.</summary>
    public static void Wait(CancellationToken stop)
    {
        try
        {
            Pressed.Wait(stop);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private static void Read()
    {
        try
        {
            // Not through Console, which would change the terminal's settings.
            using var stdin = new SafeFileHandle(0, ownsHandle: false);
            using var input = new FileStream(stdin, FileAccess.Read, bufferSize: 0);
            for (int read = input.ReadByte(); read >= 0; read = input.ReadByte())
            {
                if (read == '\n')
                    Pressed.Release();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // There is no stdin; a signal ends the wait.
        }
    }
}
