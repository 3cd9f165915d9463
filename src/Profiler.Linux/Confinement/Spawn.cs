using System.Runtime.InteropServices;

namespace Profiler.Linux.Confinement;

/// <summary>posix_spawn(3) and waitid(2), of the calling thread: .NET's processes are started by any thread, and inherit no descriptors.</summary>
internal static unsafe partial class Spawn
{
    public const int P_PID = 1, WEXITED = 4, WNOWAIT = 0x1000000;

    // sizeof(posix_spawn_file_actions_t)
    private const int SizeOfActions = 80;

    /// <exception cref="InvalidOperationException">It cannot be started.</exception>
    public static int Start(string program, string[] arguments, string[] environment, IReadOnlyList<int> descriptors)
    {
        byte* actions = stackalloc byte[SizeOfActions];
        Demand(posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        try
        {
            Demand(posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0), "/dev/null");
            Demand(posix_spawn_file_actions_addopen(actions, 1, "/dev/null", 0, 0), "/dev/null");
            // The same number: it is then not closed on exec.
            foreach (int fd in descriptors)
                Demand(posix_spawn_file_actions_adddup2(actions, fd, fd), "posix_spawn_file_actions_adddup2");
            using Strings argv = new(arguments), envp = new(environment);
            int error = posix_spawn(out int pid, program, actions, null, argv.Pointer, envp.Pointer);
            if (error == Errno.EACCES)
                throw NotExecutable(program);
            Demand(error, program);
            return pid;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
        }
    }

    /// <summary>Waits for the end of a child, and leaves it to <see cref="Reap"/>.</summary>
    public static void WaitForEnd(int pid)
    {
        byte* info = stackalloc byte[128]; // siginfo_t
        while (waitid(P_PID, pid, info, WEXITED | WNOWAIT) < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }
    }

    /// <summary>How a child ended; its process id is free afterwards.</summary>
    public static ProcessEnd Reap(int pid)
    {
        int status;
        while (waitpid(pid, out status, 0) < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }
        int signal = status & 0x7f; // WTERMSIG
        return signal == 0 ? new ProcessEnd(status >> 8 & 0xff, 0) : new ProcessEnd(0, signal);
    }

    // Root may execute another user's file by its capabilities only, which this thread has given up.
    // The remedy names the file that /proc/self/exe links to.
    private static InvalidOperationException NotExecutable(string program)
    {
        string file = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        return new InvalidOperationException($"without capabilities {file} may not be executed: chmod a+rx {file}");
    }

    private static void Demand(int error, string what)
    {
        if (error != 0)
            throw new InvalidOperationException($"{what} cannot be started: {Errno.Text(error)}");
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(out int pid, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitid(int type, int id, byte* info, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);

    /// <summary>An array of C strings that ends with a null pointer.</summary>
    private sealed class Strings : IDisposable
    {
        private readonly nint[] _strings;
        private readonly byte** _array;

        public Strings(string[] strings)
        {
            _strings = [.. strings.Select(Marshal.StringToCoTaskMemUTF8)];
            _array = (byte**)NativeMemory.AllocZeroed((nuint)(strings.Length + 1), (nuint)sizeof(byte*));
            for (int i = 0; i < strings.Length; i++)
                _array[i] = (byte*)_strings[i];
        }

        public byte** Pointer => _array;

        public void Dispose()
        {
            foreach (nint text in _strings)
                Marshal.FreeCoTaskMem(text);
            NativeMemory.Free(_array);
        }
    }
}
