using Microsoft.Win32.SafeHandles;

namespace Profiler.Cli.Release;

/// <summary>
/// Lines on stdin, as they come. The end of stdin is no Enter: a service or a job in the background has /dev/null there.
/// </summary>
internal static class EnterKey
{
    private static readonly SemaphoreSlim Pressed = new(0);

    /// <summary>From here on each Enter counts. To be called once: there is one stdin.</summary>
    public static void Listen() => new Thread(Read) { IsBackground = true }.Start();

    /// <summary>Returns at the next Enter, or when told to stop.</summary>
    public static void Wait(CancellationToken stop)
    {
        try
        {
            Pressed.Wait(stop);
        }
        catch (OperationCanceledException)
        {
            // That is one of the two things waited for.
        }
    }

    private static void Read()
    {
        try
        {
            // Not by way of Console, which would take the terminal over.
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
            // No stdin: then a signal it is.
        }
    }
}
