using System.Globalization;
using System.Runtime.InteropServices;
using static Profiler.Linux.Confinement.SystemCallFilter;

namespace Profiler.Linux.Confinement;

/// <summary>
/// Gives up what a thread or process may do, for good. In Linux capabilities, no_new_privs and filters belong to a thread; those that a thread
/// makes, and what it executes, inherit them.
/// </summary>
public static partial class Privileges
{
    // include/uapi/linux/prctl.h, seccomp.h, capability.h
    public const int PR_SET_PDEATHSIG = 1, PR_SET_NAME = 15, PR_CAPBSET_READ = 23, PR_CAPBSET_DROP = 24, PR_SET_NO_NEW_PRIVS = 38, PR_CAP_AMBIENT = 47,
        PR_CAP_AMBIENT_CLEAR_ALL = 4;
    public const uint SECCOMP_SET_MODE_FILTER = 1, SECCOMP_FILTER_FLAG_TSYNC = 1, _LINUX_CAPABILITY_VERSION_3 = 0x20080522;
    private const nint Seccomp = 317; // __NR_seccomp

    /// <summary>Takes all capabilities of the calling thread, and its way to ever get some by executing a file.</summary>
    /// <returns>
    /// Null, or what could not be done: the bounding set stays without CAP_SETPCAP. It has no effect then, as with no_new_privs no file gives capabilities.
    /// </returns>
    /// <exception cref="InvalidOperationException">The kernel refuses; the thread must not go on.</exception>
    public static string? DropOfThisThread()
    {
        Demand(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)");
        Demand(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl(PR_CAP_AMBIENT)");
        string? left = null;
        for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) is var bounded and >= 0; capability++)
        {
            if (bounded == 1 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
                left ??= $"the bounding set of capabilities stays: {Errno.Text(Marshal.GetLastPInvokeError())}";
        }
        var header = new CapabilityHeader { version = _LINUX_CAPABILITY_VERSION_3 };
        Demand(capset(ref header, new CapabilityData[2]), "capset");
        return left;
    }

    /// <summary>Names the process: a main thread that was executed by /proc/self/exe is called "exe".</summary>
    /// <param name="name">At most 15 characters.</param>
    public static void NameThisThread(string name) => _ = prctl_name(PR_SET_NAME, name, 0, 0, 0);

    /// <summary>The process is killed when the thread that made it ends.</summary>
    public static void DieWithParent() => Demand(prctl(PR_SET_PDEATHSIG, Signals.SIGKILL, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)");

    /// <summary>Closes what was inherited besides some descriptors. The runtime's own are closed on exec, so they are told apart.</summary>
    /// <param name="kept">Descriptors to keep.</param>
    public static void CloseInherited(IReadOnlyCollection<int> kept)
    {
        foreach (string path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out int fd) && !kept.Contains(fd) &&
                Posix.fcntl(fd, Posix.F_GETFD) is var flags and >= 0 && (flags & Posix.FD_CLOEXEC) == 0)
                _ = Posix.close(fd);
        }
    }

    /// <summary>Puts a filter on all threads of this process at once. no_new_privs must be set.</summary>
    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public static void FilterThisProcess(IReadOnlyList<SystemCall> table) => Filter(table, SECCOMP_FILTER_FLAG_TSYNC);

    /// <summary>Puts a filter on the calling thread only.</summary>
    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    internal static void FilterThisThread(IReadOnlyList<SystemCall> table) => Filter(table, 0);

    /// <summary>What a thread of this process still may do: "CapEff: 0000000000200000 in thread 17"; null if none may.</summary>
    public static string? LeftInThisProcess() => Directory.EnumerateDirectories("/proc/self/task")
        .Select(task => LeftIn(task, ReadStatus(task))).FirstOrDefault(left => left is not null);

    internal static string? LeftIn(string task, IEnumerable<string> status)
    {
        Dictionary<string, string> lines = status.Select(line => line.Split(':', 2)).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1].Trim());
        foreach ((string name, ulong wanted) in new[] { ("CapInh", 0UL), ("CapPrm", 0UL), ("CapEff", 0UL), ("CapAmb", 0UL), ("NoNewPrivs", 1UL), ("Seccomp", 2UL) })
        {
            string value = lines.GetValueOrDefault(name, "missing");
            if (!ulong.TryParse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong has) || has != wanted)
                return $"{name}: {value} in thread {Path.GetFileName(task)}";
        }
        return null;
    }

    // A thread may have ended meanwhile.
    private static string[] ReadStatus(string task)
    {
        try
        {
            return File.ReadAllLines($"{task}/status");
        }
        catch (IOException) when (!Directory.Exists(task))
        {
            return ["CapInh:0", "CapPrm:0", "CapEff:0", "CapAmb:0", "NoNewPrivs:1", "Seccomp:2"];
        }
    }

    private static unsafe void Filter(IReadOnlyList<SystemCall> table, uint flags)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new InvalidOperationException("there is no table of system calls for this architecture");
        Instruction[] instructions = Compile(table);
        fixed (Instruction* first = instructions)
        {
            var program = new FilterProgram { len = checked((ushort)instructions.Length), filter = (nint)first };
            nint result = syscall(Seccomp, SECCOMP_SET_MODE_FILTER, flags, ref program);
            // With TSYNC a positive result is a thread that has another filter.
            Demand(result > 0 ? -1 : (int)result, "seccomp");
        }
    }

    private static void Demand(int result, string call)
    {
        if (result < 0)
            throw new InvalidOperationException($"{call}: {Errno.Text(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "prctl", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int prctl_name(int option, string name, nint b, nint c, nint d);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int capset(ref CapabilityHeader header, [In] CapabilityData[] data);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, uint operation, uint flags, ref FilterProgram program);

    /// <summary><c>struct __user_cap_header_struct</c>. Process id 0: the calling thread.</summary>
    internal struct CapabilityHeader
    {
        public uint version;
        public int pid;
    }

    /// <summary><c>struct __user_cap_data_struct</c>; version 3 has two of them.</summary>
    internal struct CapabilityData
    {
        public uint effective, permitted, inheritable;
    }

    /// <summary><c>struct sock_fprog</c>.</summary>
    internal struct FilterProgram
    {
        public ushort len;
        public nint filter;
    }
}
